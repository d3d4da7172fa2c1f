# Stage 1: the programs in a few files each, from the locked dependencies. Context: the checkout's root.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY common common
COPY bee bee
COPY hive hive
COPY queen queen
COPY scripts scripts
RUN npm ci --no-audit --no-fund
RUN node --disable-warning=ExperimentalWarning scripts/apiary.ts bundle dist/bundle

# Stage 2: the Bee is one file.
FROM node:24-slim
ENV NODE_ENV=production \
    APIARY_DATA=/data \
    MALLOC_ARENA_MAX=2 \
    NODE_COMPILE_CACHE=/data/compile-cache \
    APIARY_STATUS_PORT=4290
RUN mkdir -m 0700 /data && chown 1000:1000 /data
COPY --from=build /app/dist/bundle/bee.mjs /app/bee.mjs
USER 1000:1000
VOLUME /data
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4290/healthz').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=1", "/app/bee.mjs"]
