#!/bin/sh
# Everything that proves Trademe: installs what is missing where it may, lints, type-checks, runs every test.
# ALLOW_SKIPS=1 accepts that parts whose programs are missing are skipped.
set -u
cd "$(dirname "$0")/.."
. scripts/apt.sh

# The tests start several hundred servers and commands; where this is set, each compiles the whole product anew (0.4 s).
unset PYTHONDONTWRITEBYTECODE

# part, how to see that it is there, Debian package
missing_packages() {
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || echo postgresql
    command -v redis-server >/dev/null 2>&1 || echo redis-server
    command -v chromium-headless-shell >/dev/null 2>&1 || command -v chromium >/dev/null 2>&1 || echo chromium
    fc-list :lang=zh 2>/dev/null | grep -q . || echo fontconfig fonts-noto-cjk
    command -v bwrap >/dev/null 2>&1 || echo bubblewrap
    command -v xgettext >/dev/null 2>&1 || echo gettext
    command -v cc >/dev/null 2>&1 || echo gcc
}

# the browser without windows takes a third of the processor's time; not every Debian has it
install_browser() {
    command -v chromium-headless-shell >/dev/null 2>&1 && return
    apt-cache show chromium-headless-shell >/dev/null 2>&1 || return
    apt_update
    apt_install chromium-headless-shell
}

install_missing() {
    may_use_apt || return 0
    [ -z "$(missing_packages)" ] || apt_update
    install_browser
    missing=$(missing_packages | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    case $missing in
    *postgresql*)
        # only the programs are wanted, no cluster of the machine's own
        apt_install postgresql-common &&
            as_root sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' \
                /etc/postgresql-common/createcluster.conf
        ;;
    esac
    # shellcheck disable=SC2086 # a list of packages
    apt_install $missing
}

part() {
    name=$1
    shift
    echo
    echo "== $name"
    if "$@" </dev/null; then
        summary="$summary
passed   $name"
    else
        failed=1
        summary="$summary
FAILED   $name"
    fi
}

finish_lint() {
    wait "$lint"
    code=$? lint=""
    cat "$lint_said"
    return "$code"
}

summary=""
failed=0
install_missing
scripts/install.sh dev || exit 1
if [ -f requirements-oracle.txt ]; then
    scripts/install.sh oracle || exit 1
fi

# a worker for each processor: one more is a tenth faster, and lets tests of whole servers starve now and then
workers=$(nproc)
lint_said=$(mktemp)
scripts/lint.sh </dev/null >"$lint_said" 2>&1 &
lint=$!
trap '[ -z "$lint" ] || kill "$lint"; rm -f "$lint_said"' EXIT
part "tests on PostgreSQL and Redis" .venv/bin/python -m tests.support.services \
    .venv/bin/python -m pytest -q -n "$workers" --dist loadfile -m both_databases tests/chat tests/strategies tests/trademe
part "lint and types" finish_lint
part "tests on SQLite, of the product as a process, and in the browser" \
    .venv/bin/python -m pytest -q -n "$workers" --dist loadfile

missing=$(missing_packages | tr '\n' ' ')
echo "$summary"
if [ -n "$missing" ]; then
    echo "skipped  what needs these Debian packages, which could not be installed here: $missing"
    if [ "${ALLOW_SKIPS:-}" != 1 ]; then
        echo "Install them, or run with ALLOW_SKIPS=1."
        failed=1
    fi
fi
exit "$failed"
