# The command line in a container; the run folder is a volume.
#
#     docker build -t coevol .
#     docker run --rm -v "$PWD/runs:/runs" -v "$PWD/examples:/data:ro" coevol \
#         evolve /data/alpaca_small.json --out /runs/demo
#
# Other extras (anthropic, google, s3, ...): --build-arg EXTRAS="data report compare anthropic".
# Run it as yourself (--user "$(id -u):$(id -g)") where the mounted folder is yours.
ARG BASE=python:3.11-slim

FROM ${BASE} AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN python3 -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir "uv>=0.9,<1"
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1 VIRTUAL_ENV=/opt/coevol
RUN python3 -m venv --without-pip /opt/coevol
WORKDIR /src
# What coevol needs changes seldom and is large: a layer of its own, before the code.
COPY pyproject.toml constraints.txt ./
ARG EXTRAS="data report compare metrics otel"
RUN printf -- '--extra %s\n' ${EXTRAS} | xargs /opt/uv/bin/uv pip install \
        --constraints constraints.txt --requirements pyproject.toml
COPY README.md LICENSE ./
COPY prompts ./prompts
COPY nodes ./nodes
COPY graph ./graph
COPY runners ./runners
RUN /opt/uv/bin/uv pip install --no-deps .

FROM ${BASE}
RUN useradd --uid 10001 --create-home coevol && install -d -o coevol -g coevol /runs
COPY --from=build /opt/coevol /opt/coevol
# With --user there may be no home: Matplotlib's cache has a place all the same.
ENV PATH=/opt/coevol/bin:$PATH PYTHONUNBUFFERED=1 MPLCONFIGDIR=/tmp/matplotlib
USER 10001
WORKDIR /runs
VOLUME /runs
ENTRYPOINT ["coevol"]
CMD ["--help"]
