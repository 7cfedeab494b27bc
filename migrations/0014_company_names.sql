-- What the company is called on whose behalf an appeal is; older rows are called as the posts of the company are.
ALTER TABLE appeals ADD COLUMN company_name TEXT;
UPDATE appeals SET company_name =
    (SELECT MAX(p.office_name) FROM posts p WHERE p.office_kind = 'company' AND p.office = appeals.company_code)
    WHERE company_code IS NOT NULL;
UPDATE appeals SET search = search || ' ' || LOWER(REPLACE(company_name, ' ', ''))
    WHERE company_name IS NOT NULL AND disclosure = 'named' AND (about_kind IS NULL OR about_kind = 'words');
