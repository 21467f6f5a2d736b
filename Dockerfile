# Isthmus in a container. It listens on all addresses, so it needs a configuration with accounts:
#   docker run -p 9080:9080 -e ISTHMUS_TOKEN=... -v isthmus-data:/data -v ./isthmus.yaml:/etc/isthmus/isthmus.yaml:ro isthmus
# glibc, not musl: that is what is tested.
FROM node:22-bookworm-slim AS build
WORKDIR /opt/isthmus
COPY . .
RUN npm ci --include=dev --no-audit --no-fund && npm run build && npm prune --omit=dev

FROM node:22-bookworm-slim
WORKDIR /opt/isthmus
COPY --from=build --chown=root:root /opt/isthmus /opt/isthmus
RUN install -d -o node -g node /data
USER node
VOLUME /data
EXPOSE 9080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["node", "-e", "fetch('http://127.0.0.1:9080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "packages/daemon/bin/isthmus.mjs", "serve", "--config", "/etc/isthmus/isthmus.yaml", "--data-dir", "/data", "--host", "0.0.0.0"]
