import type { ProxyMap } from './proxy-map.ts'

/**
 * All that an HAProxy is given. Of two plans with the same `config`, all that differs is changed while the proxy runs;
 * another `config` is read by a reload, which then finds everything else in its files. Names of files are paths below
 * the folder that HAProxy runs in (`haproxy -C FOLDER`), in the configuration too, so that a plan can be checked in
 * another folder. No slot comes to stand for another backend from one plan to the next: it is empty in one between them.
 */
export interface ProxyPlan {
  /**
   * The text of haproxy.cfg, without servers of slots: who writes it puts them below the line `backend SLOT`, and what
   * the running one shall be known by below `global`. It has `stats socket unix@haproxy.sock`.
   */
  readonly config: string
  /**
   * By their names, which the configuration and the Lua program have too. What an entry leads to stands in a map before
   * its own: in this order they are filled, and emptied the other way round. No key begins with `#` or has blanks in it;
   * no value is empty, begins or ends with one, or has several lines.
   */
  readonly maps: ReadonlyMap<string, ProxyMap>
  /** PEM of certificates with their keys, by the names of their files. */
  readonly certificates: ReadonlyMap<string, string>
  /** Lines of the lists of certificates that listeners choose from by SNI, by the names of their files. */
  readonly certificateLists: ReadonlyMap<string, readonly CertificateListLine[]>
  /** PEM of authorities, by the names of their files. */
  readonly authorities: ReadonlyMap<string, string>
  /** Which backend of the routing table each slot stands for: a section of the configuration, whatever its servers. */
  readonly slots: ReadonlyMap<string, string>
}

export interface CertificateListLine {
  /** The name of a file of `ProxyPlan.certificates`. */
  readonly certificate: string
  /** Names that lead to it, at least one; `!*`: none does, it is shown where no other fits. */
  readonly names: readonly string[]
}

/** A server of a slot. */
export interface PlannedServer {
  /** Follows from address and port alone, so that a cookie means the same endpoint to each replica. */
  readonly name: string
  readonly address: string
  readonly port: number
  /** `drain`: has no new requests but of those who must come back to it. */
  readonly state: 'ready' | 'drain'
  /** What else `add server` and the configuration say of it: `proto h2`, `ssl verify required …`; all of a slot alike. */
  readonly parameters: string
}
