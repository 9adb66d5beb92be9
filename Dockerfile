# syntax=docker/dockerfile:1
# One image for everything; the argument says which part it is, as deploy/compose.yaml does:
#   elec up                                                  all in one container (the default)
#   dagster api grpc -h 0.0.0.0 -p 4000 -m elec_pipeline.definitions   code server, in a private network only
#   python -m elec_pipeline.serving.dagster_ui -w workspace.yaml       web server
#   dagster-daemon run -w workspace.yaml                     daemon
#   elec backfill --from 2024-01-01                          any command
# By default nothing listens beyond the container. To publish ports, give the first and the third --host 0.0.0.0 and
# set ELEC_UI_PASSWORD, without which they refuse.
#
# For the same bytes each time, give the digest too: --build-arg PYTHON_IMAGE=python:3.11.14-slim-bookworm@sha256:…
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm

FROM ${PYTHON_IMAGE} AS build

ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore
# Where torch comes from: builds for the CPU. Others, such as …/whl/cu130, are for a GPU.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu

WORKDIR /src
# No pip in what runs: the one of this stage installs into it.
RUN python -m venv --without-pip /opt/venv
COPY constraints.txt ./
COPY deploy/requirements.txt deploy/build-requirements.txt deploy/
# Dependencies change seldom: layers of their own. Every file of the second must have the hash that the lock names;
# what torch needs itself is in the lock too.
RUN pip --python /opt/venv/bin/python install --no-deps --index-url "${TORCH_INDEX}" "$(grep '^torch==' constraints.txt)"
RUN pip --python /opt/venv/bin/python install --no-deps --require-hashes --requirement deploy/requirements.txt \
    && pip install --no-deps --require-hashes --requirement deploy/build-requirements.txt

COPY pyproject.toml README.md LICENSE dagster.yaml workspace.yaml ./
COPY elec_pipeline ./elec_pipeline
COPY dashboard ./dashboard
# Checked at the end: nothing that a package needs is missing from the lock.
RUN pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && pip --python /opt/venv/bin/python install --no-deps dist/*.whl \
    && pip --python /opt/venv/bin/python check

FROM ${PYTHON_IMAGE}

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PATH=/opt/venv/bin:$PATH

# A fixed number, so that volumes can be given to this account.
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin elec \
    && install --directory --mode=0700 --owner=elec --group=elec \
        /var/lib/elec-pipeline /var/lib/elec-pipeline/dagster /var/backups/elec-pipeline

WORKDIR /opt/elec-pipeline
COPY --from=build /opt/venv /opt/venv
COPY --chown=elec:elec dagster.yaml workspace.yaml /var/lib/elec-pipeline/dagster/
COPY dashboard/app.py elec_dashboard.py

USER 10001
ENV ELEC_HOME=/var/lib/elec-pipeline \
    DAGSTER_HOME=/var/lib/elec-pipeline/dagster \
    HF_HOME=/var/lib/elec-pipeline/.huggingface
VOLUME /var/lib/elec-pipeline
EXPOSE 3000 8501 8000

HEALTHCHECK --interval=60s --timeout=40s --start-period=120s \
    CMD ["dagster-daemon", "liveness-check"]

CMD ["elec", "up"]
