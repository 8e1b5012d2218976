# docker build -t voxarena .
# docker run --rm -v "$PWD/data:/data" voxarena benchmark /data/spec.toml --raw /data/raw --preprocessed /data/preprocessed --results /data/results
#
# CPU by default; for a CUDA build pass --build-arg TORCH_INDEX=https://download.pytorch.org/whl/cu130
# and run with --gpus all.
FROM debian:12-slim AS environment
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV LANG=C.UTF-8
WORKDIR /opt/voxarena
COPY scripts/setup.sh scripts/
RUN bash scripts/setup.sh --torch-index "$TORCH_INDEX" && rm -rf /var/lib/apt/lists/*
# a checkout mounted elsewhere builds with these libraries
ENV CMAKE_PREFIX_PATH=/opt/voxarena/.deps/libtorch:/opt/voxarena/.deps/blosc2

FROM environment AS voxarena
COPY . .
RUN cmake --preset release -DVOXARENA_BUILD_TESTS=OFF && cmake --build build/release -j "$(nproc)"
ENTRYPOINT ["/opt/voxarena/build/release/bin/voxarena"]
CMD ["--help"]
