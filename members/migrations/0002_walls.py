"""The walls around the members floor's tables; a referrer is set once."""

from django.db import migrations

from mall.tenancy.operations import EnforceMallWalls, append_only

KEEP_REFERRER = """
CREATE FUNCTION members_keep_referrer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the referrer of member % is set at joining and never changes', OLD.id
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER members_keep_referrer BEFORE UPDATE ON members_member FOR EACH ROW
    WHEN (OLD.referrer_id IS DISTINCT FROM NEW.referrer_id) EXECUTE FUNCTION members_keep_referrer()
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial"), ("mall", "0002_walls")]

    operations = [
        EnforceMallWalls(["Member", "Binding", "StandingChange"]),
        migrations.RunSQL(
            KEEP_REFERRER,
            "DROP TRIGGER members_keep_referrer ON members_member; DROP FUNCTION members_keep_referrer()",
        ),
        *append_only("members_binding"),
        *append_only("members_standingchange"),
    ]
