-- Which certificates were issued without the citizen's signed confirmation or an operator's signed decision, though they were not enrolled at the
-- registration centre? None may.
-- Found are: no document; a document of another kind, person or application; a signer other than the certificate named as authorizing.
SET time_zone = '+00:00';
SELECT HEX(c.serial) AS serial, c.iin, c.number, c.purpose, c.issued_at, a.origin,
  CASE WHEN a.number IS NULL THEN 'no application'
       WHEN c.form IS NULL OR f.digest IS NULL THEN 'no document'
       WHEN f.kind NOT IN ('confirmation', 'decision') THEN 'document of another kind'
       WHEN f.iin <> c.iin THEN 'document of another person'
       WHEN f.subject <> c.number THEN 'document of another application'
       ELSE 'another signer' END AS fault
FROM v_certificates c LEFT JOIN v_applications a ON a.number = c.number LEFT JOIN v_signed_forms f ON f.digest = c.form
WHERE (a.number IS NULL OR a.origin <> 'centre')
  AND (a.number IS NULL OR f.digest IS NULL OR f.kind NOT IN ('confirmation', 'decision') OR f.iin <> c.iin OR f.subject <> c.number OR NOT f.signer <=> c.authorized_by)
ORDER BY c.issued_at;
