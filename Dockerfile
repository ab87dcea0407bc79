# One image for every process of the chat: the command line is its entry point, and the command chooses.
#   docker build -t growzone-chat .
#   docker run --init --read-only growzone-chat ingress
# It writes nothing to its file system. `--init` (`init: true`, `initProcessEnabled`) puts a process before Node.js that
# passes on signals and reaps; SIGTERM drains within ten seconds.

FROM node:24.22.3-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Types, source maps and readme files are half of what npm brings.
RUN npm ci --omit=dev --ignore-scripts \
  && find node_modules -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' -o -name '*.md' \) -delete

# The certificate authorities of RDS, which no operating system trusts by itself: `sslmode=verify-full` needs them. Without a
# checksum: AWS adds to them under the same address.
ADD https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem rds-ca.pem
RUN chmod 444 rds-ca.pem

FROM node:24.22.3-slim
ENV NODE_ENV=production
# Threads that decode images would each keep memory of their own.
ENV MALLOC_ARENA_MAX=2
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=dependencies /app/rds-ca.pem rds-ca.pem
COPY package.json ./
COPY infra/cli infra/cli
COPY shared shared
COPY services services
# The image's account `node`, by number so that a host can tell that it is not root.
USER 1000:1000
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "infra/cli/growzone-chat.mjs"]
CMD ["--help"]
