# The film flow in an image: for a Prefect docker work pool, or by itself.
#
#   docker build -t film-studio .
#   docker run --rm -v "$PWD/output:/films" film-studio film make "A lighthouse keeper finds a message in a bottle"
#
# For more than one machine (compose.yaml, prefect.kubernetes.yaml), with the extra `cluster`:
#
#   docker build -t film-studio-cluster --build-arg LOCK=requirements-cluster-image.lock .
#
# docs/guide.md, "In a container", says how a docker work pool uses it.
FROM python:3.12-slim-bookworm

# Arabic, Hebrew and Indic letters on cards are shaped by Pillow only where fribidi is.
RUN apt-get update && apt-get install --yes --no-install-recommends libfribidi0 && rm -rf /var/lib/apt/lists/*

WORKDIR /studio
COPY requirements.lock requirements-cluster-image.lock pyproject.toml README.md prefect.yaml ./
ARG LOCK=requirements.lock
RUN python -m pip install --no-cache-dir --require-hashes --requirement "$LOCK"
COPY flows ./flows
COPY tasks ./tasks
COPY blocks ./blocks
COPY studio ./studio
RUN python -m pip install --no-cache-dir --no-deps --no-build-isolation --editable .

# Nothing phones home; Prefect's own files and the films lie outside the program, the films in a volume.
ENV PREFECT_SERVER_ANALYTICS_ENABLED=false DO_NOT_TRACK=1 PREFECT_HOME=/home/film/.prefect FILM_OUTPUT=/films
RUN useradd --create-home film && mkdir /films && chown film:film /films
USER film
VOLUME /films
CMD ["film", "--help"]
