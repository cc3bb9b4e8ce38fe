"""The ledger guards itself: append-only, balanced, complete, closed after its transaction."""

from django.db import migrations

from mall.tenancy.operations import append_only

# The transaction that made a journal. Not xmin: inside a savepoint that is the sub-transaction's.
JOURNAL_TRANSACTION = "ALTER TABLE commissions_journal ADD COLUMN xact xid8 NOT NULL DEFAULT pg_current_xact_id()"

# At commit the mall may have been cleared or switched, and under row-level security the sum over
# no rows would pass: the mall is set from the row that is checked, and put back.
BALANCE = """
CREATE FUNCTION commissions_check_journal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    former text := current_setting('app.mall_id', true);
    found_count bigint;
    found_sum numeric;
BEGIN
    IF former IS DISTINCT FROM NEW.mall_id::text THEN
        PERFORM set_config('app.mall_id', NEW.mall_id::text, true);
    END IF;
    SELECT count(*), coalesce(sum(amount_fen), 0) INTO found_count, found_sum
        FROM commissions_entry WHERE mall_id = NEW.mall_id AND journal_id = NEW.id;
    IF former IS DISTINCT FROM NEW.mall_id::text THEN
        PERFORM set_config('app.mall_id', coalesce(former, ''), true);
    END IF;
    IF found_count < 2 OR found_count <> NEW.entry_count THEN
        RAISE EXCEPTION 'journal % announces % entries and has %', NEW.id, NEW.entry_count, found_count
            USING ERRCODE = 'check_violation';
    END IF;
    IF found_sum <> 0 THEN
        RAISE EXCEPTION 'journal % does not balance: off by % fen', NEW.id, found_sum
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER commissions_journal_balances AFTER INSERT ON commissions_journal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION commissions_check_journal()
"""

CLOSED = """
CREATE FUNCTION commissions_check_new_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    late bigint;
BEGIN
    -- One look-up by key per journal: as a join the planner, who knows nothing of new_entries, reads all journals.
    SELECT e.journal_id INTO late FROM (SELECT DISTINCT mall_id, journal_id FROM new_entries) e
        WHERE (SELECT j.xact FROM commissions_journal j WHERE j.mall_id = e.mall_id AND j.id = e.journal_id)
            <> pg_current_xact_id() LIMIT 1;
    IF late IS NOT NULL THEN
        RAISE EXCEPTION 'journal % is closed: entries are posted together with their journal', late
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER commissions_entries_in_time AFTER INSERT ON commissions_entry
    REFERENCING NEW TABLE AS new_entries FOR EACH STATEMENT EXECUTE FUNCTION commissions_check_new_entries()
"""


class Migration(migrations.Migration):
    dependencies = [("commissions", "0003_walls")]

    operations = [
        *append_only("commissions_journal"),
        *append_only("commissions_entry"),
        migrations.RunSQL(JOURNAL_TRANSACTION, "ALTER TABLE commissions_journal DROP COLUMN xact"),
        migrations.RunSQL(
            BALANCE,
            "DROP TRIGGER commissions_journal_balances ON commissions_journal; "
            "DROP FUNCTION commissions_check_journal()",
        ),
        migrations.RunSQL(
            CLOSED,
            "DROP TRIGGER commissions_entries_in_time ON commissions_entry; "
            "DROP FUNCTION commissions_check_new_entries()",
        ),
    ]
