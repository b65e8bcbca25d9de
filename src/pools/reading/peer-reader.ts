import { tryParseAddress } from '#net/ip-address.ts'
import type { BgpPeer } from '../model.ts'
import type { FieldReader } from './field-reader.ts'

const MOST_ASN = 2 ** 32 - 1

const readAddress = (spec: FieldReader, name: string, mustBeV4 = false): string | undefined => {
  const text = spec.text(name)
  if (text === undefined) return undefined
  const family = tryParseAddress(text)?.family
  if (family !== undefined && (!mustBeV4 || family === 'IPv4')) return text
  spec.fault(name, `${JSON.stringify(text)} is no ${mustBeV4 ? 'IPv4' : 'IP'} address`)
  return undefined
}

const readAsn = (spec: FieldReader): BgpPeer['peerAsn'] | undefined => {
  const number = spec.int('peerASN', 0, MOST_ASN) || undefined
  const dynamic = spec.text('dynamicASN')
  if (dynamic !== undefined && dynamic !== 'internal' && dynamic !== 'external') {
    spec.fault('dynamicASN', `${JSON.stringify(dynamic)} is neither internal nor external`)
    return number
  }
  if ((number === undefined) === (dynamic === undefined)) {
    spec.fault('peerASN', 'either peerASN or dynamicASN must say of which AS the peer is, and not both')
    return undefined
  }
  return number ?? (dynamic as 'internal' | 'external')
}

const readPassword = (spec: FieldReader, namespace: string): BgpPeer['password'] => {
  const text = spec.text('password')
  const secret = spec.inner('passwordSecret')
  const name = secret.text('name')
  const given = secret.text('namespace') ?? namespace
  secret.done()
  if (text !== undefined && name !== undefined) spec.fault('password', 'passwordSecret says it too, and counts')
  if (name !== undefined) return { secret: { namespace: given, name } }
  return text === undefined ? undefined : { text }
}

const readTimes = (spec: FieldReader) => {
  const holdTime = spec.duration('holdTime')
  const keepaliveTime = spec.duration('keepaliveTime')
  // RFC 4271, 4.2: zero, or at least three seconds.
  const isHold = holdTime === undefined || holdTime === 0 || (holdTime >= 3 && holdTime <= 65_535)
  if (!isHold) spec.fault('holdTime', 'must be 0s, or from 3s to 65535s')
  const isKept = keepaliveTime === undefined || keepaliveTime <= (holdTime ?? Number.POSITIVE_INFINITY)
  if (!isKept) spec.fault('keepaliveTime', 'must not be longer than holdTime')
  return {
    holdTime: isHold ? holdTime : undefined,
    keepaliveTime: isHold && isKept ? keepaliveTime : undefined,
    connectTime: spec.duration('connectTime'),
  }
}

/** The fields that BGPPeer of metallb.io/v1beta2 and ours have alike; undefined where no session could be had of it. */
export const readPeer = (spec: FieldReader, name: string, namespace: string, object: string): BgpPeer | undefined => {
  const myAsn = spec.int('myASN', 1, MOST_ASN)
  const peerAsn = readAsn(spec)
  const address = readAddress(spec, 'peerAddress')
  const link = spec.text('interface')
  if (!spec.has('myASN')) spec.fault('myASN', 'must say of which AS the nodes are')
  if ((address === undefined) === (link === undefined))
    spec.fault('peerAddress', 'either peerAddress or interface must say where the peer is, and not both')
  if (spec.text('bfdProfile') !== undefined)
    spec.fault(
      'bfdProfile',
      'BFD is not spoken here: the session runs without it; a shorter holdTime finds a dead peer',
    )
  const rest = {
    localAsn: spec.int('localASN', 1, MOST_ASN),
    sourceAddress: readAddress(spec, 'sourceAddress'),
    port: spec.int('peerPort', 1, 65_535) ?? 179,
    ...readTimes(spec),
    routerId: readAddress(spec, 'routerID', true),
    nodeSelectors: spec.selectors('nodeSelectors'),
    password: readPassword(spec, namespace),
    gracefulRestart: spec.flag('enableGracefulRestart', true),
    multiHop: spec.flag('ebgpMultiHop'),
    vrf: spec.text('vrf'),
    disableMp: spec.flag('disableMP'),
    dualStackAddressFamily: spec.flag('dualStackAddressFamily'),
  }
  spec.done()
  if (myAsn === undefined || peerAsn === undefined || (address === undefined) === (link === undefined)) return undefined
  return { name, object, myAsn, peerAsn, address, interface: link, ...rest }
}
