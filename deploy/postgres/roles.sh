#!/bin/sh
# Run once by the image of PostgreSQL, when the database is empty: logins for the parts of the platform, each with no
# more than it needs. What the roles may do with the tables, the migrations say.
#
#   elec_owner_login   makes and changes the tables: the service `migrate`
#   elec_app_login     reads and writes rows, and owns Dagster's database: code server, web server, daemon
#   elec_web_login     reads: dashboard and API
set -eu

# The URLs are those of deploy/secrets.sh: passwords of hexadecimal digits, which need no quoting.
password() { sed 's#.*:\([0-9a-f]*\)@.*#\1#' "${SECRETS:-/run/secrets}/$1_database_url"; }

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<SQL
CREATE ROLE elec_owner NOLOGIN;
CREATE ROLE elec_writer NOLOGIN;
CREATE ROLE elec_reader NOLOGIN;
CREATE ROLE elec_owner_login LOGIN PASSWORD '$(password owner)' IN ROLE elec_owner;
CREATE ROLE elec_app_login LOGIN PASSWORD '$(password app)' IN ROLE elec_writer;
CREATE ROLE elec_web_login LOGIN PASSWORD '$(password web)' IN ROLE elec_reader;
CREATE DATABASE elec OWNER elec_owner_login;
CREATE DATABASE elec_dagster OWNER elec_app_login;
REVOKE ALL ON DATABASE elec FROM PUBLIC;
REVOKE ALL ON DATABASE elec_dagster FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE elec TO elec_writer;
GRANT CONNECT ON DATABASE elec TO elec_reader;
GRANT CONNECT ON DATABASE elec_dagster TO elec_reader;
SQL
