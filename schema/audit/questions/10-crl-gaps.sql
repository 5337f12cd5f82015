-- Where is the series of CRLs broken: a number left out, a time without a valid CRL, one claimed and never published, a delta without its base?
-- @minutes    how long publishing may take (default 5)
SET time_zone = '+00:00';
SET @minutes = COALESCE(@minutes, 5);
WITH numbers AS (SELECT ca, number, LAG(number) OVER (PARTITION BY ca ORDER BY number) AS previous FROM (SELECT DISTINCT ca, number FROM v_crls) n),
published AS (SELECT ca, kind, number, this_update, LAG(number) OVER w AS previous, LAG(next_update) OVER w AS until
  FROM v_crls WHERE published_at IS NOT NULL WINDOW w AS (PARTITION BY ca, kind ORDER BY number))
SELECT ca, '' AS kind, number, CONCAT('numbers ', previous + 1, ' to ', number - 1, ' are missing') AS fault FROM numbers WHERE number > previous + 1
UNION ALL SELECT ca, kind, number, CONCAT('none was valid from ', until, ' to ', this_update) FROM published WHERE this_update > until
UNION ALL SELECT ca, kind, number, 'claimed and not published' FROM v_crls WHERE published_at IS NULL AND this_update < UTC_TIMESTAMP(6) - INTERVAL @minutes MINUTE
UNION ALL SELECT d.ca, d.kind, d.number, CONCAT('its base ', COALESCE(d.base_number, 'NULL'), ' was never published') FROM v_crls d
  WHERE d.kind = 'delta' AND NOT EXISTS (SELECT 1 FROM v_crls b WHERE b.ca = d.ca AND b.number = d.base_number AND b.kind = 'base' AND b.published_at IS NOT NULL)
UNION ALL SELECT c.ca, c.kind, MAX(c.number), CONCAT('the last one ended ', MAX(c.next_update)) FROM v_crls c WHERE c.published_at IS NOT NULL
  GROUP BY c.ca, c.kind HAVING MAX(c.next_update) < UTC_TIMESTAMP(6)
ORDER BY ca, number, kind;
