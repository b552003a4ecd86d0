#!/usr/bin/env bash
# Makes sure that this machine has what the tests of the official documents look
# at them with: LibreOffice's word processor, poppler's programs and a Chinese
# font. When one is missing and it may install packages (as root, or by sudo
# without a password), it does; else it prints what to type. Running Duban needs
# none of them: it writes its documents itself.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }

# missing prints what this machine does not have.
missing() {
	command -v soffice >/dev/null || command -v libreoffice >/dev/null || echo "LibreOffice"
	command -v pdftotext >/dev/null || echo "pdftotext"
	local fonts
	fonts=$(fc-list :lang=zh-cn family 2>/dev/null) || true
	[[ -n $fonts ]] || echo "a Chinese font"
}

# install installs the programs with the system's package manager, as root or
# through the words of $1.
install() {
	local as=$1
	local apt=("env" DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600)
	if command -v apt-get >/dev/null; then
		say "installing LibreOffice, poppler and a Chinese font with apt-get: minutes the first time"
		$as "${apt[@]}" update >/dev/null
		$as "${apt[@]}" install --no-install-recommends \
			libreoffice-writer-nogui poppler-utils fontconfig fonts-noto-cjk >/dev/null
	elif command -v dnf >/dev/null; then
		say "installing LibreOffice, poppler and a Chinese font with dnf: minutes the first time"
		$as dnf install -y libreoffice-writer poppler-utils fontconfig google-noto-sans-cjk-ttc-fonts >/dev/null
	else
		return 1
	fi
}

advise() {
	say "the tests of the official documents need $1. Any one of these helps:"
	say "    sudo apt-get install --no-install-recommends libreoffice-writer-nogui poppler-utils fontconfig fonts-noto-cjk"
	say "    sudo dnf install libreoffice-writer poppler-utils fontconfig google-noto-sans-cjk-ttc-fonts"
	say "    brew install --cask libreoffice && brew install poppler fontconfig font-noto-sans-cjk   (macOS)"
	exit 1
}

# list joins lines to "a, b, c".
list() { paste -sd , - | sed 's/,/, /g'; }

lacks=$(missing | list)
[[ -z $lacks ]] && exit 0

if [[ $(id -u) == 0 ]]; then
	as=
elif sudo -n true 2>/dev/null; then
	as=sudo
else
	advise "$lacks; this account may not install it"
fi
install "$as" || advise "$lacks"
lacks=$(missing | list)
[[ -z $lacks ]] || advise "$lacks"
