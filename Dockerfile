# Both stacks in one image. `docker build -t consort .`, then `docker run --rm -v "$PWD/output:/app/output" consort`
# plays the demo; any other command runs in the same environment.
FROM python:3.11-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends fluidsynth make \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app

# The environment first: it is rebuilt only when the requirements change.
COPY Makefile constraints.txt requirements-shared.txt requirements-tf.txt requirements-torch.txt ./
COPY scripts/setup.sh scripts/
RUN PIP_NO_CACHE_DIR=1 make setup

COPY . .
ENV PATH="/app/.venv/bin:$PATH" PYTHONUNBUFFERED=1

CMD ["python", "-m", "studio.demo"]
