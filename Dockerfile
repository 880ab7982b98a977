# The image of every service of ours: the project and its locked environment, without the demo's Postgres and the tests' tools.
FROM python:3.13-slim-bookworm AS environment

ENV PYTHONUTF8=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1 UV_LINK_MODE=copy UV_SYSTEM_CERTS=1
WORKDIR /opt/assure

# uv stays outside the environment it fills; its version and hashes come from the lock.
COPY pyproject.toml requirements.lock ./
RUN awk '/^[^ #]/ { wanted = /^uv==/ } wanted' requirements.lock > /tmp/uv.lock \
    && pip install --require-hashes -r /tmp/uv.lock \
    && python -m venv --without-pip .venv
# As a constraint the lock gives versions and hashes, while pyproject.toml says which of them production needs.
RUN uv pip install --python .venv/bin/python --compile-bytecode --constraint requirements.lock -r pyproject.toml

COPY . .
RUN uv pip install --python .venv/bin/python --no-deps --no-build-isolation -e .


FROM python:3.13-slim-bookworm

RUN useradd --system --uid 50000 --gid 0 --home-dir /var/lib/assure assure \
    && install -d -o assure -g 0 -m 0700 /var/lib/assure /var/lib/airflow \
    # The site is read by a web server that is somebody else.
    && install -d -o assure -g 0 -m 0755 /var/lib/assure-site
COPY --from=environment /opt/assure /opt/assure

ENV PATH=/opt/assure/.venv/bin:$PATH \
    PYTHONUTF8=1 \
    PYTHONUNBUFFERED=1 \
    ASSURE_STATE=/var/lib/assure \
    AIRFLOW_HOME=/var/lib/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/assure/dags \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    GX_ANALYTICS_ENABLED=false
WORKDIR /opt/assure
USER assure
VOLUME ["/var/lib/assure", "/var/lib/airflow", "/var/lib/assure-site"]
CMD ["assure", "--help"]
