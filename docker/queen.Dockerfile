# Stage 1: the programs in a few files each, from the locked dependencies. Context: the checkout's root.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY common common
COPY bee bee
COPY hive hive
COPY queen queen
COPY scripts scripts
COPY docs docs
RUN npm ci --no-audit --no-fund
RUN node --disable-warning=ExperimentalWarning scripts/apiary.ts bundle dist/bundle
RUN npm run build:web

# Stage 2: the bundle, the web UI, and what Bees are installed from. `hive queen` is `queen` without the
# look at the UI's sources, which are not here.
FROM node:24-slim
ENV NODE_ENV=production \
    APIARY_DATA=/data \
    APIARY_STATUS_PORT=4290 \
    APIARY_HTTP_PORT=4280 \
    APIARY_LISTEN=0.0.0.0
RUN mkdir -m 0700 /data && chown 1000:1000 /data
WORKDIR /app
COPY package-lock.json ./
COPY scripts/install-bee.sh scripts/install-bee.sh
COPY --from=build /app/dist/bundle dist/bundle
COPY --from=build /app/queen/web/dist queen/web/dist
USER 1000:1000
VOLUME /data
EXPOSE 4280
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4290/healthz').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "/app/dist/bundle/apiary.js"]
CMD ["hive", "queen"]
