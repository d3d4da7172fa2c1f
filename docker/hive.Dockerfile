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

# Stage 2: the bundle needs no node_modules; package-lock.json marks the root that it looks for.
FROM node:24-slim
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=2 \
    APIARY_DATA=/data \
    APIARY_STATUS_PORT=4290
RUN mkdir -m 0700 /data && chown 1000:1000 /data
WORKDIR /app
COPY package-lock.json ./
COPY --from=build /app/dist/bundle dist/bundle
USER 1000:1000
VOLUME /data
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4290/healthz').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", \
  "--min-semi-space-size=8", "--max-semi-space-size=8", \
  "--initial-old-space-size=64", "--no-concurrent-array-buffer-sweeping", \
  "/app/dist/bundle/apiary.js"]
CMD ["hive"]
