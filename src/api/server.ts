/**
 * The gateway's HTTP server: the DIMO Device Data API, the gateway's own routes, the OpenAPI
 * document with Swagger UI, and the dashboard. Reads the rest of the gateway through its ports.
 */
import { once } from 'node:events'
import type { ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import compress from '@fastify/compress'
import fastify, { type FastifyInstance } from 'fastify'
import type { ReadLogReader, ReadLogWriter } from '../model/data-read.ts'
import { messageOf, OdographError } from '../model/errors.ts'
import type { LoraDesk } from '../model/lora-desk.ts'
import type {
  Clock,
  ConfigAccess,
  EventReader,
  ExportJobs,
  FrameReader,
  GatewayReader,
  GeofenceReader,
  LiveEvents,
  Logger,
  ReadingWriter,
  RecordReader,
  StatusReader,
  TripReader,
  TroubleCodeReader,
  VehicleCommands,
} from '../model/ports.ts'
import { Authenticator } from './auth/authenticator.ts'
import type { ClaimDesk } from './auth/claim.ts'
import type { TokenKeys } from './auth/tokens.ts'
import { Connections } from './connections.ts'
import type { ApiContext } from './context.ts'
import { allowOrigin } from './cors.ts'
import {
  handleFailures,
  refuseConnection,
  refuseExpectation,
  sendEarlyFailure,
} from './failures.ts'
import { addSafetyHeaders, requestId } from './headers.ts'
import { hostMissing, tooManyConnections } from './http-error.ts'
import {
  type ConnectionLimits,
  connectionLimits,
  MAX_BODY_BYTES,
  MAX_HEADER_BYTES,
} from './limits.ts'
import { useSchemas } from './openapi.ts'
import { answerPlainHttp } from './plain-http.ts'
import { addAuditRoutes } from './routes/audit.ts'
import { addClaimRoutes } from './routes/claim.ts'
import { addCommandRoutes } from './routes/commands.ts'
import { addConfigRoutes } from './routes/config.ts'
import { addDistanceRoutes } from './routes/distance.ts'
import { addDocumentRoutes } from './routes/documents.ts'
import { addDtcRoutes } from './routes/dtcs.ts'
import { addEventRoutes } from './routes/events.ts'
import { addExportRoutes } from './routes/exports.ts'
import { addFrameRoutes } from './routes/frames.ts'
import { addGatewayRoutes } from './routes/gateway.ts'
import { addGeofenceRoutes } from './routes/geofences.ts'
import { addHistoryRoutes } from './routes/history.ts'
import { addInsideRoutes, type InsideParts } from './routes/insides.ts'
import { addInsightRoutes } from './routes/insight.ts'
import { addIssuedTokenRoutes } from './routes/issued-tokens.ts'
import { addLiveRoutes, type LiveOptions } from './routes/live.ts'
import { addLoraRoutes } from './routes/lora.ts'
import { addMetricsRoute } from './routes/metrics.ts'
import { addPageRoutes } from './routes/pages.ts'
import { addReadingRoutes } from './routes/readings.ts'
import { addStatusRoutes } from './routes/status.ts'
import { addTokenRoutes } from './routes/tokens.ts'
import { addTripRoutes } from './routes/trips.ts'
import { addWalletRoutes } from './routes/wallet-login.ts'
import { addWorkshopRoutes, type WorkshopParts } from './routes/workshop.ts'
import type { WalletLogin } from './wallet-login.ts'

const HANDSHAKE_TIMEOUT_MS = 10_000
/** For how long a stop waits for requests in flight. */
const STOP_LIMIT_MS = 2000
/** Text in its various forms; images and fonts are compressed already. */
const COMPRESSIBLE = /^text\/(?!event-stream)|json|javascript|xml/

export interface ApiOptions {
  records: RecordReader
  status: StatusReader
  gateway: GatewayReader
  /** Without it no trouble codes were ever read. */
  troubleCodes?: TroubleCodeReader
  /** Without it nothing ever happened. */
  events?: EventReader
  /** Without it no trips are known. */
  trips?: TripReader
  /** Without it the configuration can be neither read nor changed. */
  config?: ConfigAccess
  /** Without it there are no places. */
  geofences?: GeofenceReader
  /** Without it nothing is heard by LoRa. */
  lora?: LoraDesk
  /** Without it there are no raw frames. */
  frames?: FrameReader
  /** Without it no values are taken from outside. */
  readings?: ReadingWriter
  /** What stands behind values; what is missing of it answers that there is nothing. */
  insides?: InsideParts
  workshop?: WorkshopParts
  /** Without it live streams tell of signals alone. */
  happened?: LiveEvents
  /** How live streams are paced; by timers of the system where absent. */
  every?: LiveOptions['every']
  /** Without it no command is taken. */
  commands?: VehicleCommands
  /** Without it exports are not sent by e-mail. */
  exports?: ExportJobs
  /** Without it only owners whose name is an address log in with a wallet. */
  walletLogin?: WalletLogin
  keys: TokenKeys
  /** Certificate and key, PEM; without it plain HTTP. */
  tls?: { cert: string; key: string } | undefined
  /** Without it nobody is asked who read location or identity. */
  audit?: ReadLogReader & ReadLogWriter
  /** Without it the gateway cannot be claimed. */
  claim?: ClaimDesk
  /** `sub` of who owns the gateway; without it nobody does. */
  owner?: string
  clock: Clock
  logger: Logger
  version: string
  limits?: Partial<ConnectionLimits>
  /** Origins whose pages may call it; none where absent. */
  cors?: readonly string[]
  /** Whether there is `/metrics`. */
  metrics?: boolean
  compat?: {
    /** Accepts privilege tokens of this vehicle contract only; by default of any. */
    vehicleContract?: string
  }
}

export interface ApiServer {
  /**
   * Port 0 takes a free one. Throws `listen-failed`; may be tried again, and moves the listener when
   * it listens already: open connections stay.
   */
  listen(host: string, port: number): Promise<{ host: string; port: number }>
  /** Another certificate, for connections from now on. */
  renew(tls: { cert: string; key: string }): void
  /** Idempotent. Closes idle connections at once and gives requests in flight two seconds. */
  stop(): Promise<void>
  /** Every route there is, `GET /v1/vehicle/:tokenId/status`; for tests. */
  routes: readonly string[]
  /** Those of them that the OpenAPI document does not list: files of the page. */
  hiddenRoutes: readonly string[]
  /** Connections that are open. */
  readonly connections: number
  /** Answers a request without a network; for tests. */
  inject: FastifyInstance['inject']
}

export async function createApi(options: ApiOptions): Promise<ApiServer> {
  const { tls, ...rest } = options
  const { logger } = rest
  const limits = { ...connectionLimits, ...options.limits }
  const app: FastifyInstance = fastify({
    logger: false,
    ...secured(tls, limits),
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: limits.requestMs,
    connectionTimeout: limits.silenceMs,
    keepAliveTimeout: limits.keepAliveMs,
    genReqId: requestId,
    routerOptions: { ignoreTrailingSlash: true },
    frameworkErrors: (error, request, reply) => sendEarlyFailure(error, request, reply, logger),
    clientErrorHandler: (error, socket) =>
      connections.refuse(socket, () => refuseConnection(error, socket)),
  })
  const connections = new Connections(app.server, {
    limit: limits.connections,
    isSecure: tls !== undefined,
  })
  app.server.on('checkExpectation', refuseExpectation)
  app.addHook('onRequest', (request, reply, next) => {
    addSafetyHeaders(request, reply)
    allowOrigin(request, reply, options.cors ?? [])
    const { socket, httpVersion, headers } = request.raw
    if (connections.isRefused(socket)) next(tooManyConnections())
    else if (httpVersion === '1.1' && headers.host === undefined) next(hostMissing())
    else next()
  })
  const routes: string[] = []
  const hiddenRoutes: string[] = []
  app.addHook('onRoute', ({ method, url, schema }) => {
    const names = [method].flat().map((each) => `${each} ${url}`)
    routes.push(...names)
    if (schema?.hide === true) hiddenRoutes.push(...names)
  })
  if (tls !== undefined) answerPlainHttp(app.server)
  await prepare(app, rest)
  return new HttpApi(app, connections, { routes, hiddenRoutes })
}

/** Typed as plain HTTP, which has the same routes. */
function secured(tls: ApiOptions['tls'], limits: ConnectionLimits): { http: ServerOptions } {
  const http: ServerOptions = {
    headersTimeout: limits.headersMs,
    connectionsCheckingInterval: limits.checkMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    // Node refuses it without a body; here it is refused as everything else.
    requireHostHeader: false,
  }
  if (tls === undefined) return { http }
  const https = { ...http, ...tls, handshakeTimeout: HANDSHAKE_TIMEOUT_MS }
  return { https } as unknown as { http: ServerOptions }
}

async function prepare(app: FastifyInstance, options: Omit<ApiOptions, 'tls'>): Promise<void> {
  const {
    logger,
    clock,
    keys,
    compat,
    troubleCodes,
    events,
    trips,
    commands,
    config,
    exports,
    walletLogin,
    geofences,
    lora,
    happened,
    frames,
    readings,
    insides = {},
    workshop = {},
    every = onTimer,
    owner,
    claim,
    audit,
    cors: _cors,
    metrics,
    limits: _limits,
    ...readers
  } = options
  const context: ApiContext = {
    ...readers,
    troubleCodes,
    events,
    trips,
    commands,
    config,
    exports,
    walletLogin,
    geofences,
    lora,
    keys,
    owner,
    claim,
    audit,
    clock,
    logger,
    authenticator: new Authenticator(keys, clock),
    vehicleContract: compat?.vehicleContract,
  }
  app.removeContentTypeParser('text/plain')
  app.decorateRequest('access', null)
  app.decorateRequest('user', null)
  app.decorateRequest('token', null)
  app.addHook('onResponse', ({ id, method, url }, { statusCode, elapsedTime }, next) => {
    const [path] = url.split('?')
    const took = Math.round(elapsedTime)
    logger.debug({ request: id, method, path, status: statusCode, took }, 'answered')
    next()
  })
  handleFailures(app, logger)
  // Bodies that come in are small: one that has to be unpacked would hide its size.
  await app.register(compress, { customTypes: COMPRESSIBLE, globalDecompression: false })
  await useSchemas(app, options.version)
  await addDocumentRoutes(app)
  addStatusRoutes(app, context)
  addHistoryRoutes(app, context)
  addDistanceRoutes(app, context)
  addDtcRoutes(app, context)
  addEventRoutes(app, context)
  addTripRoutes(app, context)
  addGeofenceRoutes(app, context)
  addInsightRoutes(app, context)
  await addLoraRoutes(app, context)
  addCommandRoutes(app, context)
  addExportRoutes(app, context)
  addGatewayRoutes(app, context)
  addTokenRoutes(app, context)
  addConfigRoutes(app, context)
  await addWalletRoutes(app, context)
  addIssuedTokenRoutes(app, context)
  addClaimRoutes(app, context)
  addAuditRoutes(app, context)
  if (metrics === true) addMetricsRoute(app, context)
  addLiveRoutes(app, context, { happened, events, every })
  addFrameRoutes(app, context, { frames, every })
  addReadingRoutes(app, context, readings)
  addInsideRoutes(app, context, insides)
  addWorkshopRoutes(app, context, workshop)
  await addPageRoutes(app, {
    dashboard: new URL('./dashboard/assets/', import.meta.url),
    chart: new URL('./', import.meta.resolve('uplot')),
  })
  await app.ready()
}

function onTimer(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms)
  return () => clearInterval(timer)
}

class HttpApi implements ApiServer {
  readonly inject: FastifyInstance['inject']
  readonly routes: readonly string[]
  readonly hiddenRoutes: readonly string[]
  readonly #app: FastifyInstance
  readonly #connections: Connections
  #stopped: Promise<void> | undefined
  #hasListened = false

  constructor(
    app: FastifyInstance,
    connections: Connections,
    names: Pick<ApiServer, 'routes' | 'hiddenRoutes'>,
  ) {
    this.#app = app
    this.routes = names.routes
    this.hiddenRoutes = names.hiddenRoutes
    this.#connections = connections
    this.inject = app.inject.bind(app)
  }

  get connections(): number {
    return this.#connections.size
  }

  async listen(host: string, port: number): Promise<{ host: string; port: number }> {
    try {
      if (this.#hasListened) await this.#move(host, port)
      else await this.#app.listen({ host, port })
      this.#hasListened = true
    } catch (error) {
      throw new OdographError('listen-failed', `${host}:${port}`, messageOf(error), error)
    }
    const address = this.#app.server.address() as AddressInfo
    return { host: address.address, port: address.port }
  }

  renew(tls: { cert: string; key: string }): void {
    const { server } = this.#app
    if (server instanceof TlsServer) server.setSecureContext(tls)
  }

  /** Fastify listens once; its server can do so again. */
  async #move(host: string, port: number): Promise<void> {
    const { server } = this.#app
    if (this.#stopped !== undefined) throw new Error('it is stopping')
    if (server.listening) server.close()
    server.listen({ host, port })
    await once(server, 'listening')
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    const cut = this.#connections.close(STOP_LIMIT_MS)
    try {
      await this.#app.close()
    } finally {
      cut.cancel()
    }
  }
}
