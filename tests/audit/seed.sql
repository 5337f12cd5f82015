-- A register in which all is as it should be. 123456789011 came from the registration centre with 21 (auth) and 22 (sign), logged in with 21, had
-- 31 and 32 issued on the signature of 22, then revoked 21, whose session ended. 850101300017 has 41 from the centre. Three CRLs were published.
SET @now = UTC_TIMESTAMP(6);
SET @a = X'1111111111111111111111111111111111111111111111111111111111111111', @b = X'2222222222222222222222222222222222222222222222222222222222222222';
INSERT IGNORE INTO lease (name, expires_at) VALUES ('publisher', '2000-01-01 00:00:00');
INSERT INTO ca (id, name, state, certificate, subject, key_id, not_after) VALUES (1, 'ДЕМО', 'active', 'x', 'CN=ДЕМО', REPEAT('k', 20), @now + INTERVAL 9 YEAR);
INSERT INTO citizen (iin, surname, name, patronymic, created_at) VALUES ('123456789011', 'ТЕСТОВ', 'ТЕСТ', 'ТЕСТОВИЧ', @now - INTERVAL 1 DAY), ('850101300017', 'ДЕМО', 'ДЕМО', '', @now - INTERVAL 1 DAY);
INSERT INTO application (number, iin, template, origin, status, store, requested_by, form, created_at, changed_at) VALUES
  ('11111111261122', '123456789011', 'person', 'centre', 'issued', 'PKCS12', NULL, NULL, @now - INTERVAL 1 DAY, @now - INTERVAL 1 DAY),
  ('44444444261122', '850101300017', 'person', 'centre', 'issued', 'PKCS12', NULL, NULL, @now - INTERVAL 1 DAY, @now - INTERVAL 1 DAY),
  ('22222222261123', '123456789011', 'person', 'cabinet', 'issued', 'PKCS12', REPEAT(X'21', 20), @a, @now - INTERVAL 100 MINUTE, @now - INTERVAL 90 MINUTE);
INSERT INTO application_status (number, status, at, actor, serial, form) VALUES
  ('22222222261123', 'new', @now - INTERVAL 100 MINUTE, 'citizen', REPEAT(X'21', 20), NULL),
  ('22222222261123', 'signed', @now - INTERVAL 95 MINUTE, 'citizen', REPEAT(X'22', 20), @a),
  ('22222222261123', 'signing', @now - INTERVAL 94 MINUTE, 'publisher', NULL, NULL),
  ('22222222261123', 'issued', @now - INTERVAL 90 MINUTE, 'publisher', NULL, NULL);
INSERT INTO public_key (spki_hash, number, purpose) VALUES (REPEAT(X'c1', 32), '22222222261123', 'auth'), (REPEAT(X'c2', 32), '22222222261123', 'sign');
INSERT INTO serial_reservation (serial, ca, number, purpose, state, reserved_at) VALUES
  (REPEAT(X'31', 20), 1, '22222222261123', 'auth', 'stored', @now - INTERVAL 94 MINUTE), (REPEAT(X'32', 20), 1, '22222222261123', 'sign', 'stored', @now - INTERVAL 94 MINUTE);
INSERT INTO certificate (serial, ca, iin, number, purpose, algorithm, subject, full_name, not_before, not_after, key_id, der, authorized_by, form, issued_at) VALUES
  (REPEAT(X'21', 20), 1, '123456789011', '11111111261122', 'auth', 'RSA-2048', '', '', @now - INTERVAL 1 DAY, @now + INTERVAL 1 YEAR, REPEAT(X'b1', 20), 'x', NULL, NULL, @now - INTERVAL 1 DAY),
  (REPEAT(X'22', 20), 1, '123456789011', '11111111261122', 'sign', 'RSA-2048', '', '', @now - INTERVAL 1 DAY, @now + INTERVAL 1 YEAR, REPEAT(X'b2', 20), 'x', NULL, NULL, @now - INTERVAL 1 DAY),
  (REPEAT(X'31', 20), 1, '123456789011', '22222222261123', 'auth', 'RSA-2048', '', '', @now - INTERVAL 90 MINUTE, @now + INTERVAL 1 YEAR, REPEAT(X'b3', 20), 'x', REPEAT(X'22', 20), @a, @now - INTERVAL 90 MINUTE),
  (REPEAT(X'32', 20), 1, '123456789011', '22222222261123', 'sign', 'RSA-2048', '', '', @now - INTERVAL 90 MINUTE, @now + INTERVAL 1 YEAR, REPEAT(X'b4', 20), 'x', REPEAT(X'22', 20), @a, @now - INTERVAL 90 MINUTE),
  (REPEAT(X'41', 20), 1, '850101300017', '44444444261122', 'auth', 'RSA-2048', '', '', @now - INTERVAL 1 DAY, @now + INTERVAL 1 YEAR, REPEAT(X'b5', 20), 'x', NULL, NULL, @now - INTERVAL 1 DAY);
INSERT INTO signed_form (digest, kind, iin, subject, document, signed, signer, accepted_at) VALUES
  (@a, 'confirmation', '123456789011', '22222222261123', 'document', 'signed', REPEAT(X'22', 20), @now - INTERVAL 95 MINUTE),
  (@b, 'revocation', '123456789011', HEX(REPEAT(X'21', 20)), 'document', 'signed', REPEAT(X'22', 20), @now - INTERVAL 80 MINUTE);
INSERT INTO session (id, iin, serial, address, user_agent, created_at, seen_at, expires_at, ended_at, end_reason) VALUES
  (REPEAT(X'01', 32), '123456789011', REPEAT(X'21', 20), '127.0.0.1', 'curl', @now - INTERVAL 110 MINUTE, @now - INTERVAL 80 MINUTE, @now + INTERVAL 6 HOUR, @now - INTERVAL 79 MINUTE, 'revoked');
INSERT INTO revocation (ca, serial, iin, reason, revoked_at, form, verified_at, first_crl_number, first_delta_number) VALUES
  (1, REPEAT(X'21', 20), '123456789011', 1, @now - INTERVAL 80 MINUTE, @b, @now - INTERVAL 79 MINUTE, NULL, 3);
INSERT INTO event (at, program, request, kind, iin, number, serial, form, rule, address) VALUES
  (@now - INTERVAL 110 MINUTE, 'login', 'r1', 'login', '123456789011', NULL, REPEAT(X'21', 20), NULL, NULL, '127.0.0.1'),
  (@now - INTERVAL 96 MINUTE, 'applications', 'r2', 'form-refused', '123456789011', '22222222261123', REPEAT(X'22', 20), @a, 'digest', '127.0.0.1'),
  (@now - INTERVAL 60 MINUTE, 'login', 'r3', 'other', '850101300017', NULL, NULL, NULL, NULL, '127.0.0.1');
INSERT INTO crl (ca, number, kind, base_number, this_update, next_update, entries, size, tbs_sha256, published_at) VALUES
  (1, 1, 'base', NULL, @now - INTERVAL 1 DAY, @now - INTERVAL 1 HOUR, 0, 1, REPEAT('x', 32), @now - INTERVAL 1 DAY),
  (1, 1, 'delta', 1, @now - INTERVAL 1 DAY, @now - INTERVAL 12 HOUR, 0, 1, REPEAT('x', 32), @now - INTERVAL 1 DAY),
  (1, 2, 'base', NULL, @now - INTERVAL 13 HOUR, @now + INTERVAL 1 DAY, 0, 1, REPEAT('x', 32), @now - INTERVAL 13 HOUR),
  (1, 2, 'delta', 2, @now - INTERVAL 13 HOUR, @now - INTERVAL 1 HOUR, 0, 1, REPEAT('x', 32), @now - INTERVAL 13 HOUR),
  (1, 3, 'delta', 2, @now - INTERVAL 78 MINUTE, @now + INTERVAL 1 HOUR, 1, 1, REPEAT('x', 32), @now - INTERVAL 78 MINUTE);
