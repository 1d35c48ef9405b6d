#!/bin/sh
# scripts/install.sh run|dev|oracle|real-model makes the virtual environment and installs its requirements when they changed.
set -eu
cd "$(dirname "$0")/.."
. scripts/apt.sh

kind=${1:-run}
python=${PYTHON:-python3}
case $kind in
run) environment=.venv requirements=requirements.txt ;;
dev) environment=.venv requirements=requirements-dev.txt ;;
oracle) environment=.venv-oracle requirements=requirements-oracle.txt ;;
real-model) environment=.venv-real-model requirements=requirements-real-model.txt ;;
*) echo "scripts/install.sh: run, dev, oracle or real-model, not '$kind'." >&2 && exit 2 ;;
esac

refuse() {
    echo "Trademe cannot be installed: $*" >&2
    exit 1
}

make_environment() {
    command -v "$python" >/dev/null 2>&1 ||
        refuse "there is no $python. Python 3.11 or newer is needed: apt-get install python3 python3-venv"
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        refuse "$("$python" --version) is too old, Python 3.11 or newer is needed (PYTHON=… chooses another)."
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        # Debian keeps the rest of Python's venv in a package of its own
        may_use_apt || refuse "$python has no venv. Install it first: apt-get install python3-venv"
        apt_update && apt_install python3-venv || refuse "python3-venv could not be installed."
        "$python" -c 'import ensurepip, venv' 2>/dev/null || refuse "$python has no venv, also with python3-venv."
    fi
    echo "Making $environment"
    "$python" -m venv --clear "$environment"
}

if ! "$environment/bin/python" -m pip --version >/dev/null 2>&1; then
    make_environment
fi

wanted=$(cat requirements.txt "$requirements" | sha256sum)
stamp=$environment/installed-$kind
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$wanted" ]; then
    echo "Installing $requirements"
    "$environment/bin/python" -m pip install --quiet --no-input --disable-pip-version-check -r "$requirements" ||
        refuse "pip could not install $requirements, see above."
    echo "$wanted" >"$stamp"
fi

if [ "$environment" = .venv ]; then
    "$environment/bin/python" -m scripts.compile_catalogues
fi

# the sandbox of strategy code (docs/sandbox.md); without it everything else works, and the product says what is missing
if [ "$environment" = .venv ] && ! command -v bwrap >/dev/null 2>&1 && [ ! -e "$environment/no-bubblewrap" ] && may_use_apt; then
    if ! { apt_update && apt_install bubblewrap; }; then
        touch "$environment/no-bubblewrap" # not tried at each start
        echo "bubblewrap could not be installed, see above; strategy code is run without it or not at all." >&2
    fi
fi
