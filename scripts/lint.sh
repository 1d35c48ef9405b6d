#!/bin/sh
# Lint, format, types, templates, migrations. Every check runs; the exit code is 1 when any failed.
set -u
cd "$(dirname "$0")/.."
failed=""

check() {
    name=$1
    shift
    if said=$("$@" 2>&1); then
        echo "ok      $name"
    else
        echo "FAILED  $name"
        echo "$said"
        failed="$failed $name"
    fi
}

# manage.py reads settings; a data folder of its own keeps it away from the one that is in use
TRADEME_DATA_DIR=$(mktemp -d)
export TRADEME_DATA_DIR
trap 'rm -rf "$TRADEME_DATA_DIR"' EXIT

check "ruff check" .venv/bin/ruff check --quiet .
check "ruff format" .venv/bin/ruff format --quiet --diff .
check "mypy" .venv/bin/mypy --no-error-summary
check "djade" sh -c 'find templates -name "*.html" -print0 | xargs -0 --no-run-if-empty .venv/bin/djade --check --target-version 5.2'
check "django check" .venv/bin/python manage.py check --fail-level WARNING
check "migrations" .venv/bin/python manage.py makemigrations --check --dry-run

[ -z "$failed" ]
