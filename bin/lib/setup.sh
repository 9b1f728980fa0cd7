# What bin/start, bin/test and bin/demo share: a supported Node, the packages,
# and what the system's package manager can bring. Sourced by bash scripts;
# each function installs only what is missing and returns non-zero where it
# could not.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export ROOT

say() { printf '%s\n' "$*" >&2; }

# Everything that is fetched and written stays in the checkout.
ensure_writable() {
  [ -w "$ROOT" ] && return 0
  say "$(id -un) may not write to $ROOT, where the set-up and the demo keep their files. Clone the repository to a folder of your own."
  return 1
}

node_is_supported() { # path of a node
  case $("$1" --version 2>/dev/null) in
    v22.* | v24.*) return 0 ;;
    *) return 1 ;;
  esac
}

# Node 22 or 24 on the PATH: the machine's own, or one from npm below .toolchain.
ensure_node() {
  local own="$ROOT/.toolchain/node_modules/node/bin"
  if command -v node >/dev/null && node_is_supported node; then
    :
  else
    if ! node_is_supported "$own/node"; then
      command -v npm >/dev/null || {
        say "Node.js 22 or 24 is needed, and there is no npm to fetch it with. Install Node.js from https://nodejs.org and run this again."
        return 1
      }
      say "Fetching Node.js 24 into .toolchain (this machine has $(node --version 2>/dev/null || echo none)) ..."
      npm install --prefix "$ROOT/.toolchain" --no-fund --no-audit --no-save \
        --loglevel=error node@24 >&2 || return 1
      node_is_supported "$own/node" || {
        say "The Node.js that npm brought does not run on this machine."
        return 1
      }
    fi
    export PATH="$own:$PATH"
  fi
  export PATH="$ROOT/node_modules/.bin:$PATH"
}

yarn() { node "$ROOT"/.yarn/releases/yarn-*.cjs "$@"; }

# node_modules as the lock file says; costs nothing where it is so already.
ensure_packages() {
  local stamp="$ROOT/node_modules/.zero-trust-installed" key
  key=$(cd "$ROOT" && cat yarn.lock package.json {packages,plugins}/*/package.json | cksum)
  [ "$(cat "$stamp" 2>/dev/null)" = "$key" ] && return 0
  say "Installing packages (a few minutes the first time) ..."
  mkdir -p "$ROOT/.cache"
  if ! (cd "$ROOT" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 yarn install --immutable >"$ROOT/.cache/yarn-install.log" 2>&1); then
    tail -n 30 "$ROOT/.cache/yarn-install.log" >&2
    return 1
  fi
  printf '%s' "$key" >"$stamp"
}

# Installs Debian packages where this user may; silent where not.
install_system_packages() {
  command -v apt-get >/dev/null || return 1
  local become=()
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || return 1
    become=(sudo -n)
  fi
  say "Installing $* ..."
  mkdir -p "$ROOT/.cache"
  {
    "${become[@]}" apt-get update &&
      DEBIAN_FRONTEND=noninteractive "${become[@]}" apt-get install -y --no-install-recommends "$@"
  } >"$ROOT/.cache/apt-get.log" 2>&1
}

find_chromium() {
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" && return 0
  done
  return 1
}

# Sets CHROMIUM to the path of a browser.
ensure_chromium() {
  CHROMIUM=$(find_chromium) || {
    install_system_packages chromium fonts-liberation || return 1
    CHROMIUM=$(find_chromium) || return 1
  }
  export CHROMIUM
}

find_postgres() {
  local folder
  for folder in "$(pg_config --bindir 2>/dev/null)" /usr/lib/postgresql/*/bin /usr/local/bin /opt/homebrew/bin; do
    [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && printf '%s' "$folder" && return 0
  done
  return 1
}

# Sets POSTGRES to the folder of PostgreSQL's programs.
ensure_postgres() {
  POSTGRES=$(find_postgres) || {
    install_system_packages postgresql || return 1
    POSTGRES=$(find_postgres) || return 1
  }
  export POSTGRES
}
