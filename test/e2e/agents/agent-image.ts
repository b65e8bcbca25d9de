import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { FAIRLEAD, run } from '../harness.ts'

const top = resolve(import.meta.dirname, '../../..')
/** Where its pods mount the machine's `/`. */
const HOST = '/host'

/** An image of a few links: what the real one has at these places is this machine's and this folder's, by a volume at /host. */
export const addAgentImage = async (name: string, env: NodeJS.ProcessEnv): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-agent-image-'))
  const link = (path: string, target: string): void => {
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    symlinkSync(`${HOST}${target}`, join(folder, path))
  }
  try {
    link('usr/bin/node', process.execPath)
    link('opt/fairlead/ask.mjs', join(top, 'src/incluster/ask/main.ts'))
    link('opt/fairlead/agent.mjs', join(top, 'test/e2e/agents/stand-in.ts'))
    link('usr/lib', '/usr/lib')
    for (const place of ['lib', 'lib64']) link(place, `/${place}`)
    for (const place of ['host', 'run', 'tmp', 'etc']) mkdirSync(join(folder, place))
    const { status, stderr } = await run(FAIRLEAD, ['image', 'add', name, folder], { env })
    if (status !== 0) throw new Error(stderr)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** An image that stands alone, of what `fairlead check` runs: Node.js with the libraries that it links, and the probe. */
export const addProbeImage = async (name: string, env: NodeJS.ProcessEnv): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-probe-image-'))
  const copy = (path: string, from: string): void => {
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    copyFileSync(from, join(folder, path))
  }
  try {
    copy('usr/bin/node', process.execPath)
    for (const [, path = ''] of execFileSync('ldd', [process.execPath], { encoding: 'utf8' }).matchAll(/(\/\S+) \(/g))
      copy(path, path)
    cpSync(join(top, 'src/incluster/probe'), join(folder, 'opt/fairlead/probe'), { recursive: true })
    symlinkSync('probe/main.ts', join(folder, 'opt/fairlead/probe.mjs'))
    const { status, stderr } = await run(FAIRLEAD, ['image', 'add', name, folder], { env })
    if (status !== 0) throw new Error(stderr)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A pod of it in the network of a node, as the DaemonSet's. */
export const agentPod = (image: string, node: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: fairlead-node-${node}, namespace: fairlead-system, labels: { app.kubernetes.io/name: fairlead-node } }
spec:
  hostNetwork: true
  nodeName: ${node}
  terminationGracePeriodSeconds: 0
  volumes: [{ name: host, hostPath: { path: / } }]
  containers:
  - name: agent
    image: ${image}
    command: [/usr/bin/node, /opt/fairlead/agent.mjs]
    env: [{ name: NODE_NAME, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }]
    securityContext: { privileged: true }
    volumeMounts: [{ name: host, mountPath: ${HOST} }]
---`
