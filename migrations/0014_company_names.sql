-- What the company is called on whose behalf an appeal is. Older rows get it from the register, which is public, and where the
-- complainant is vouched for from the post that was given last in the company; anybody may have typed the code of the others.
ALTER TABLE appeals ADD COLUMN company_name TEXT;
UPDATE appeals SET company_name = COALESCE(
    (SELECT a.name FROM associations a WHERE a.uscc = appeals.company_code),
    CASE WHEN verified THEN (SELECT p.office_name FROM posts p
        WHERE p.office_kind = 'company' AND p.office = appeals.company_code ORDER BY p.id DESC LIMIT 1) END)
    WHERE company_code IS NOT NULL AND association IS NULL;
-- In the form in which texts are compared, as far as a statement can make it.
UPDATE appeals SET search = search || ' ' || LOWER(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(company_name,
    ' ', ''), '（', '('), '）', ')'), '＆', '&'), '．', '.'), '－', '-'), '—', '-'))
    WHERE company_name IS NOT NULL AND disclosure = 'named' AND (about_kind IS NULL OR about_kind = 'words');
