#!/bin/sh
# Writes deploy/requirements.txt and deploy/build-requirements.txt: what the image installs, in the versions of
# constraints.txt, with the hashes of every file that PyPI has of them. Needs uv (pip install uv) and PyPI.
#
# torch is left out: PyPI's Linux builds bring CUDA, four gigabytes that a server without a GPU cannot use. The image
# takes it from PyTorch's own index of CPU builds, in the version of constraints.txt; what it needs itself stands below.
set -eu
cd "$(dirname "$0")/.."

without=$(mktemp)
trap 'rm -f "$without"' EXIT
echo torch > "$without"

lock() {
    uv pip compile --quiet --no-config --default-index https://pypi.org/simple --no-emit-index-url --no-header \
        --universal --python-version 3.11 --generate-hashes --annotation-style line "$@"
}

lock --constraint constraints.txt --excludes "$without" --output-file deploy/requirements.txt pyproject.toml - <<NEEDS
filelock
fsspec>=0.8.5
jinja2
networkx>=2.5.1
setuptools>=77.0.3
sympy>=1.13.3
typing-extensions>=4.10
NEEDS

lock --constraint constraints.txt --output-file deploy/build-requirements.txt - <<BUILD
hatchling>=1.27
BUILD
