#!/bin/sh
# Makes the secrets that deploy/compose.yaml reads, each in a file of deploy/secrets. What is there stays: run it again
# after a change, or remove a file to have it made anew.
#
#   ui_password            asked for in the browser, user elec; write your own before, or take the one it makes
#   ui_password_hash       of the same, for Caddy
#   postgres_password      of the database's administrator
#   *_database_url         owner (migrations), app (runs, Dagster), web (dashboard and API, reads only)
#   api_key, rte_client_id, rte_client_secret, open_meteo_api_key, entsoe_api_token    empty: not used
#   alerts                 where alerts go, an address a line; empty: nobody is told
#
# The folder is yours alone; the files in it can be read by the accounts inside the containers.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
chmod 700 secrets
cd secrets

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

# write NAME: standard input becomes the file, whole or not at all, unless it is there.
write() {
    if [ ! -e "$1" ]; then
        cat > ".$1.new"
        mv ".$1.new" "$1"
    fi
    chmod 444 "$1"
}

random | write postgres_password
for who in owner app web; do
    printf 'postgresql://elec_%s_login:%s@postgres:5432/elec' "$who" "$(random)" | write "${who}_database_url"
done
random | write ui_password
for name in api_key rte_client_id rte_client_secret open_meteo_api_key entsoe_api_token alerts; do
    write "$name" < /dev/null
done

# A hash that is older than the password is of another one.
if [ ! -s ui_password_hash ] || [ ui_password -nt ui_password_hash ]; then
    rm -f ui_password_hash
    # It reads a line, whose end the file may lack.
    { cat ui_password; echo; } | ${CADDY:-docker run --rm --interactive caddy:2.11.7-alpine caddy} hash-password > .hash.new
    mv .hash.new ui_password_hash
fi
chmod 444 ui_password_hash
echo "The secrets are in $(pwd). User elec, password: cat $(pwd)/ui_password"
