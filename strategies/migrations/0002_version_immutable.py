"""The database itself refuses to change a version's code, number or strategy.

SQLite drops triggers when Django rebuilds a table: a later migration that alters ``strategies_strategyversion`` must
run ``create`` again; ``tests/strategies/test_version_immutable.py`` fails until it does.
"""

from django.db import migrations

SQLITE = """
CREATE TRIGGER strategies_version_immutable
BEFORE UPDATE OF code, code_sha256, number, strategy_id ON strategies_strategyversion
BEGIN SELECT RAISE(ABORT, 'a version never changes'); END
"""

POSTGRESQL_FUNCTION = """
CREATE FUNCTION strategies_version_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a version never changes' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""

POSTGRESQL_TRIGGER = """
CREATE TRIGGER strategies_version_immutable
BEFORE UPDATE OF code, code_sha256, number, strategy_id ON strategies_strategyversion
FOR EACH ROW EXECUTE FUNCTION strategies_version_immutable()
"""


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_FUNCTION)
        schema_editor.execute(POSTGRESQL_TRIGGER)
    else:
        schema_editor.execute(SQLITE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER strategies_version_immutable ON strategies_strategyversion")
        schema_editor.execute("DROP FUNCTION strategies_version_immutable()")
    else:
        schema_editor.execute("DROP TRIGGER strategies_version_immutable")


class Migration(migrations.Migration):
    dependencies = [("strategies", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
