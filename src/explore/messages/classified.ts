/** What a message is, by the protocol of the service that it goes to or comes from. */
import { BROKER_SERVICE } from '../../kafka/network/BrokerConnection.js';
import type { RequestEnvelope, ResponseEnvelope } from '../../kafka/protocol/messages.js';
import { ZOOKEEPER_SERVICE, type ClientMessage, type ServerMessage } from '../../zookeeper/protocol.js';
import type { MessageKind, RecordedMessage } from './RecordedMessage.js';

export interface MessageClass {
  readonly protocol: RecordedMessage['protocol'];
  /** Of a ZooKeeper reply `read`, until the request that it answers is known. */
  readonly api: RecordedMessage['api'];
  readonly kind: MessageKind;
  /** What a request and its answer have in common on their connection; null where there is no pair. */
  readonly pairKey: number | string | null;
}

/** @throws Error for a service that nobody has named here. */
export function classified(service: string, content: unknown): MessageClass {
  if (service === BROKER_SERVICE) return kafkaClass(content as RequestEnvelope | ResponseEnvelope);
  if (service === ZOOKEEPER_SERVICE) return zooKeeperClass(content as ClientMessage | ServerMessage);
  throw new Error(`nobody knows the messages of the service ${service}`);
}

function kafkaClass(envelope: RequestEnvelope | ResponseEnvelope): MessageClass {
  const { api, correlationId } = envelope;
  if (!('expectsResponse' in envelope)) return { protocol: 'kafka', api, kind: 'response', pairKey: correlationId };
  return { protocol: 'kafka', api, kind: 'request', pairKey: envelope.expectsResponse ? correlationId : null };
}

function zooKeeperClass(message: ClientMessage | ServerMessage): MessageClass {
  const protocol = 'zookeeper';
  switch (message.kind) {
    case 'connect':
    case 'ping':
      return { protocol, api: message.kind, kind: 'request', pairKey: message.kind };
    case 'connected':
      return { protocol, api: 'connect', kind: 'response', pairKey: 'connect' };
    case 'pong':
      return { protocol, api: 'ping', kind: 'response', pairKey: 'ping' };
    case 'read':
    case 'write':
    case 'sync':
    case 'close':
      return { protocol, api: message.kind, kind: 'request', pairKey: message.xid };
    case 'reply':
      return { protocol, api: 'read', kind: 'response', pairKey: message.xid };
    case 'set-watches':
      return { protocol, api: 'set-watches', kind: 'request', pairKey: null };
    case 'watch':
      return { protocol, api: 'watch event', kind: 'notification', pairKey: null };
  }
}
