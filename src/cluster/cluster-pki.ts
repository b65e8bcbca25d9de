import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPki, type Pki, writePki } from '#apiserver/pki/pki.ts'
import type { ClusterConfig } from './config.ts'

/** The cluster's certificates and keys: made once, so that kubeconfigs and tokens outlive the process that made them. */
export const loadOrCreatePki = (folder: string, config: ClusterConfig): Pki => {
  const file = (name: string): string => readFileSync(join(folder, name), 'utf8')
  const pair = (name: string) => ({ certificate: file(`${name}.crt`), key: file(`${name}.key`) })
  // Written last: its presence says that the others are whole.
  if (existsSync(join(folder, 'sa.key')))
    return { ca: pair('ca'), server: pair('apiserver'), admin: pair('admin'), serviceAccountKey: file('sa.key') }
  const pki = createPki({
    clusterDomain: config.clusterDomain,
    subjectAltNames: [kubernetesAddress(config), ...config.host.addresses],
    now: new Date(),
  })
  writePki(folder, pki)
  return pki
}

/** The ClusterIP of the Service `kubernetes`: the first address of the range. */
const kubernetesAddress = ({ serviceCidr: [v4] }: ClusterConfig): string =>
  v4.replace(/(\d+)\/\d+$/, (_, last: string) => String(Number(last) + 1))
