-- auditor: a person who looks. Reads the views of schema/audit/views.sql; no table, no write.
GRANT SELECT ON cabinet.v_people TO 'cabinet_auditor'@'localhost';
GRANT SELECT ON cabinet.v_applications TO 'cabinet_auditor'@'localhost';
GRANT SELECT ON cabinet.v_status_history TO 'cabinet_auditor'@'localhost';
GRANT SELECT ON cabinet.v_public_keys TO 'cabinet_auditor'@'localhost';
GRANT SELECT ON cabinet.v_certificates TO 'cabinet_auditor'@'localhost';
GRANT SELECT ON cabinet.v_reservations TO 'cabinet_auditor'@'localhost';
GRANT SELECT ON cabinet.v_revocations TO 'cabinet_auditor'@'localhost';
GRANT SELECT ON cabinet.v_crls TO 'cabinet_auditor'@'localhost';
GRANT SELECT ON cabinet.v_cas TO 'cabinet_auditor'@'localhost';
GRANT SELECT ON cabinet.v_signed_forms TO 'cabinet_auditor'@'localhost';
GRANT SELECT ON cabinet.v_forms_issued TO 'cabinet_auditor'@'localhost';
GRANT SELECT ON cabinet.v_logins_used TO 'cabinet_auditor'@'localhost';
GRANT SELECT ON cabinet.v_sessions TO 'cabinet_auditor'@'localhost';
GRANT SELECT ON cabinet.v_events TO 'cabinet_auditor'@'localhost';
GRANT SELECT ON cabinet.v_localities TO 'cabinet_auditor'@'localhost';
