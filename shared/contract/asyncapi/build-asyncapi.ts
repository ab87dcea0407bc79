/**
 * The AsyncAPI 3 document of the socket and of the event topic, made from the schemas that validate.
 * `docs/asyncapi.json` is a copy for reviews.
 */
import type * as z from 'zod'
import { chatEvent } from '../events.ts'
import { createSchemaWriter, type JsonSchema, type SchemaWriter } from '../json-forms.ts'
import { serverFrameData } from '../server-frames.ts'
import { clientActions, type FrameInfo, serverFrames } from './frames.ts'

export function buildAsyncApi(): JsonSchema {
  const writer = createSchemaWriter()
  const actions = Object.entries(clientActions).map(([action, info]) => clientMessage(action, info, writer))
  const frames = Object.entries(serverFrames).map(([type, info]) => serverMessage(type, info, writer))
  const events = chatEvent.options.map(option => eventMessage(option, writer))
  const socket = channelOf('socket', {
    address: '/',
    title: 'The socket of a device',
    description:
      'Opened with `?ticket=` (`POST /ws-tickets`), or with `?token=<JWT>`. Frames of at most 32 KB; every frame of the client gets one reply with its `requestId`.',
    servers: [{ $ref: '#/servers/socket' }],
    messages: [...actions, ...frames],
  })
  const topic = channelOf('events', {
    address: 'chat-events.fifo',
    title: 'What happened, for every subscriber',
    description:
      'CloudEvents 1.0 in JSON. Message group: the conversation. Message attribute `type`, for filters. May come twice, with the same id.',
    servers: [{ $ref: '#/servers/topic' }],
    messages: events,
  })
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Growzone Chat: socket and events',
      version: '1.0.0',
      description: 'What travels over the WebSocket API, and what is published on the event topic.',
    },
    servers: {
      socket: {
        host: 'localhost:8081',
        protocol: 'wss',
        description: 'API Gateway, or the gateway where there is none.',
      },
      topic: {
        host: 'sns.us-east-1.amazonaws.com',
        protocol: 'sns',
        description: 'SNS FIFO.',
      },
    },
    channels: { socket, events: topic },
    operations: {
      takeFrame: operation('receive', 'socket', actions, 'Frames that a client sends.'),
      pushFrame: operation('send', 'socket', frames, 'Frames that a client gets.'),
      publishEvent: operation('send', 'events', events, 'Events that other systems may subscribe to.'),
    },
    components: {
      messages: Object.fromEntries(
        [...actions, ...frames, ...events].map(({ key, ...message }) => [key, message]),
      ),
      schemas: writer.components,
    },
  }
}

interface NamedMessage extends JsonSchema {
  key: string
}

function clientMessage(action: string, { summary, data, example }: FrameInfo, writer: SchemaWriter) {
  return {
    key: `${action}Action`,
    name: action,
    summary,
    payload: frameSchema('action', action, data && writer.write(data, 'input'), data !== undefined),
    examples: [{ payload: { action, ...(example !== undefined && { data: example }), requestId: '1' } }],
  }
}

function serverMessage(type: string, { summary, example }: FrameInfo, writer: SchemaWriter) {
  const data = writer.write(serverFrameData[type as keyof typeof serverFrameData], 'output')
  return {
    key: `${type}Frame`,
    name: type,
    summary,
    payload: { ...frameSchema('type', type, data, true), additionalProperties: false },
    examples: [{ payload: { type, data: example } }],
  }
}

function frameSchema(kind: string, name: string, data: JsonSchema | undefined, needsData: boolean) {
  return {
    type: 'object',
    properties: {
      [kind]: { const: name },
      ...(data && { data }),
      requestId: { type: 'string', maxLength: 128 },
    },
    required: [kind, ...(needsData ? ['data'] : [])],
  }
}

function eventMessage(event: (typeof chatEvent.options)[number], writer: SchemaWriter): NamedMessage {
  const type = event.shape.type.value
  return {
    key: `${type.replace('co.growzone.chat.', '').replaceAll('.', '-')}Event`,
    name: type,
    contentType: 'application/cloudevents+json',
    headers: { type: 'object', properties: { type: { const: type } } },
    payload: writer.write(event as z.ZodType, 'output'),
  }
}

function channelOf(name: string, { messages, ...channel }: { messages: NamedMessage[] } & JsonSchema) {
  return {
    ...channel,
    messages: Object.fromEntries(messages.map(({ key }) => [key, { $ref: `#/components/messages/${key}` }])),
    ...(name === 'socket' && {
      bindings: {
        ws: {
          method: 'GET',
          query: {
            type: 'object',
            properties: {
              ticket: { type: 'string', description: 'from `POST /ws-tickets`; opens one socket' },
              token: { type: 'string', description: 'a JWT, where no ticket is given' },
            },
          },
        },
      },
    }),
  }
}

function operation(action: 'send' | 'receive', channel: string, messages: NamedMessage[], summary: string) {
  return {
    action,
    channel: { $ref: `#/channels/${channel}` },
    summary,
    messages: messages.map(({ key }) => ({ $ref: `#/channels/${channel}/messages/${key}` })),
  }
}
