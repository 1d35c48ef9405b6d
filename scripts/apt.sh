# Sourced by the other scripts: Debian packages, where we may install them.

may_use_apt() {
    command -v apt-get >/dev/null 2>&1 || return 1
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

apt_update() {
    as_root apt-get update -qq </dev/null >/dev/null
}

# apt_install PACKAGE…: quiet when it works, everything apt said when it does not
apt_install() {
    echo "Installing Debian packages: $*"
    said=$(mktemp)
    if as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        -o Dpkg::Options::=--force-confold "$@" </dev/null >"$said" 2>&1; then
        rm -f "$said"
    else
        cat "$said" >&2
        rm -f "$said"
        return 1
    fi
}
