# One image for everything; the argument says which part it is:
#   elec up                                                  all in one container (the default)
#   dagster api grpc -h 0.0.0.0 -p 4000 -m elec_pipeline.definitions   code server, in a private network only
#   python -m elec_pipeline.serving.dagster_ui -w workspace.yaml       web server
#   dagster-daemon run -w workspace.yaml                     daemon
#   elec backfill --from 2024-01-01                          any command
# By default nothing listens beyond the container. To publish ports, give the first and the third --host 0.0.0.0 and
# set ELEC_UI_PASSWORD, without which they refuse.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

# A fixed number, so that volumes can be given to this account.
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin elec \
    && install --directory --owner=elec --group=elec /var/lib/elec-pipeline /var/lib/elec-pipeline/dagster

WORKDIR /opt/elec-pipeline

# Dependencies change seldom: a layer of their own. Without a CUDA device the CPU build of torch is enough.
COPY constraints.txt ./
RUN pip install --constraint constraints.txt torch

COPY pyproject.toml README.md LICENSE dagster.yaml workspace.yaml ./
COPY elec_pipeline ./elec_pipeline
COPY dashboard ./dashboard
RUN pip install --constraint constraints.txt .

COPY --chown=elec:elec dagster.yaml workspace.yaml /var/lib/elec-pipeline/dagster/

USER 10001
ENV ELEC_HOME=/var/lib/elec-pipeline \
    DAGSTER_HOME=/var/lib/elec-pipeline/dagster
VOLUME /var/lib/elec-pipeline
EXPOSE 3000 8501 8000

HEALTHCHECK --interval=60s --timeout=40s --start-period=120s \
    CMD ["dagster-daemon", "liveness-check"]

CMD ["elec", "up"]
