-- +goose Up

-- Lists that are shown whole have a bound, whoever fills them and by whatever door.

-- +goose StatementBegin
CREATE FUNCTION bounded() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of text := TG_ARGV[0]; -- the column of whose value a list is; empty for one list
    most bigint := TG_ARGV[1];
    have bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM %I.%I WHERE ', TG_TABLE_SCHEMA, TG_TABLE_NAME)
        || CASE of WHEN '' THEN 'true' ELSE format('%I = ($1).%I', of, of) END INTO have USING NEW;
    IF have > most THEN
        RAISE EXCEPTION 'more than % rows', most USING ERRCODE = 'program_limit_exceeded', DETAIL = most::text, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER regions_bounded AFTER INSERT ON regions FOR EACH ROW EXECUTE FUNCTION bounded('', '5000');
CREATE TRIGGER areas_bounded AFTER INSERT ON areas FOR EACH ROW EXECUTE FUNCTION bounded('', '1000');
CREATE TRIGGER unit_categories_bounded AFTER INSERT ON unit_categories FOR EACH ROW EXECUTE FUNCTION bounded('', '1000');
CREATE TRIGGER area_officers_bounded AFTER INSERT ON area_officers FOR EACH ROW EXECUTE FUNCTION bounded('area_id', '500');
CREATE TRIGGER posts_bounded AFTER INSERT ON posts FOR EACH ROW EXECUTE FUNCTION bounded('unit_id', '1000');
CREATE TRIGGER substitutes_bounded AFTER INSERT ON substitutes FOR EACH ROW EXECUTE FUNCTION bounded('account_id', '500');
CREATE TRIGGER unit_changes_bounded AFTER INSERT ON unit_changes FOR EACH ROW EXECUTE FUNCTION bounded('unit_id', '500');
CREATE TRIGGER campaign_changes_bounded AFTER INSERT ON campaign_changes FOR EACH ROW EXECUTE FUNCTION bounded('campaign', '500');
CREATE TRIGGER campaign_draw_requests_bounded AFTER INSERT ON campaign_draw_requests FOR EACH ROW EXECUTE FUNCTION bounded('campaign', '200');
CREATE TRIGGER account_changes_bounded AFTER INSERT ON account_changes FOR EACH ROW EXECUTE FUNCTION bounded('account_id', '1000');
