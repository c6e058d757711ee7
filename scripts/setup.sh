#!/bin/sh
# Make .venv and install what a target needs: `sh scripts/setup.sh run` or `sh scripts/setup.sh dev`.
#
# A stamp in .venv holds a checksum of the requirements files, so that a second call returns at once and a
# changed file is noticed. Nothing outside .venv is touched, except that fluidsynth is installed through
# apt where apt and the rights are there, and that dev, where npm is, gives examples/javascript its node_modules.
set -eu
cd "$(dirname "$0")/.."

venv=${VENV:-.venv}
python="$venv/bin/python"
kind=${1:-run}
files="requirements-shared.txt requirements-tf.txt requirements-torch.txt constraints.txt"
wanted="-r requirements-tf.txt -r requirements-torch.txt"
case $kind in
    run) ;;
    dev) files="$files requirements-dev.txt" wanted="$wanted -r requirements-dev.txt" ;;
    *) echo "error: set-up of '$kind' is unknown; choose run or dev" >&2; exit 2 ;;
esac

say() { printf '%s\n' "$*" >&2; }

fail() { say "error: $*"; exit 1; }

is_311() { "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' >/dev/null 2>&1; }

find_python() {
    # PYTHON wins; a name on the path may be a shim that does not run, so each is tried.
    for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3 python; do
        if is_311 "$candidate"; then echo "$candidate"; return; fi
    done
    found=$(python3 --version 2>&1) || found="no python3"
    fail "Consort needs Python 3.11 and found $found; install python3.11, or name one: make PYTHON=/path/to/python3.11"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo -n "$@"
    else return 1
    fi
}

apt_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    as_root true || return 1
    # The index may be stale or absent; an install from what is there is worth trying even so.
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update >/dev/null 2>&1 </dev/null || true
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q install -y --no-install-recommends "$@" >/dev/null 2>&1 </dev/null
}

make_venv() {
    if is_311 "$python" && "$python" -m pip --version >/dev/null 2>&1; then return; fi
    base=$(find_python) || exit 1
    rm -rf "$venv"
    say "making $venv with $("$base" --version)"
    # Debian splits venv off; what is missing shows only when the environment is being made.
    "$base" -m venv "$venv" >/dev/null 2>&1 && return
    apt_install python3.11-venv && rm -rf "$venv" && "$base" -m venv "$venv" && return
    rm -rf "$venv"
    fail "$base cannot make a virtual environment; install its venv module (Debian: apt install python3.11-venv)"
}

install_fluidsynth() {
    command -v fluidsynth >/dev/null 2>&1 && return
    say "installing fluidsynth, which turns MIDI into sound"
    if apt_install fluidsynth && command -v fluidsynth >/dev/null 2>&1; then return; fi
    say "fluidsynth is not here and could not be installed: the NumPy synthesizer will play instead"
}

install_javascript() {
    if [ ! -d examples/javascript ] || ! command -v npm >/dev/null 2>&1; then return; fi
    say "installing what the example in JavaScript needs"
    (cd examples/javascript && npm install --no-audit --no-fund >/dev/null 2>&1 </dev/null) ||
        say "npm could not install it: the example's test will be skipped"
}

pip_install() {
    [ -t 2 ] && how="" || how="-q --progress-bar off" # a log needs no progress bar, a person does
    # shellcheck disable=SC2086 # a list of words
    "$python" -m pip install --disable-pip-version-check --no-input $how "$@" </dev/null
}

stamp="$venv/.installed-$kind"
key=$(cat $files | cksum)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$key" ] && is_311 "$python"; then exit 0; fi

make_venv
say "installing the requirements, in the versions of constraints.txt (the first time takes some minutes)"
pip_install $wanted -c constraints.txt || {
    say "those exact versions cannot be had here; taking the newest that the requirements allow"
    pip_install $wanted || fail "the requirements could not be installed; pip's message above says why"
}
[ "$kind" = dev ] && cat requirements-shared.txt requirements-tf.txt requirements-torch.txt constraints.txt \
    | cksum > "$venv/.installed-run"
install_fluidsynth
[ "$kind" = dev ] && install_javascript
printf '%s\n' "$key" > "$stamp"
