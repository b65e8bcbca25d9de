import { startLoad } from './load.ts'
import type { Terminal } from './terminal.ts'

interface Step {
  readonly title: string
  /** What is about to be seen, for someone who has not met it yet. */
  readonly story: string
  readonly show: (terminal: Terminal) => Promise<void>
  /** Nothing that follows could work without it. */
  readonly essential?: true
}

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '')
const words = (text: string): readonly string[] => text.split(/\s+/).filter(Boolean)
/** `10.244.1.5:41234` → `10.244.1.5` */
const withoutPort = (text: string): string => text.trim().replace(/:\d+$/, '')

const nodeAddresses = async ({ look }: Terminal): Promise<readonly string[]> =>
  words(
    await look(
      `kubectl get nodes -o jsonpath='{range .items[*]}{.status.addresses[?(@.type=="InternalIP")].address}{"\\n"}{end}'`,
    ),
  ).filter((address) => !address.includes(':'))
const podAddress = ({ look }: Terminal, pod: string): Promise<string> =>
  look(`kubectl get pod ${pod} -o jsonpath='{.status.podIP}'`)
const clusterIp = ({ look }: Terminal, service: string): Promise<string> =>
  look(`kubectl get svc ${service} -o jsonpath='{.spec.clusterIP}'`)
const externalIp = ({ look }: Terminal, service: string): Promise<string> =>
  look(`kubectl get svc ${service} -o jsonpath='{.status.loadBalancer.ingress[0].ip}'`)

/** The tour, in order: later steps use what earlier ones applied. */
export const stepList: readonly Step[] = [
  {
    title: 'A cluster of three nodes',
    story: `Each node is a network namespace of this machine, with a kernel network stack, routes and rules of its own.
\`up\` returns when the API answers, all nodes are Ready and DNS resolves.`,
    essential: true,
    show: async (terminal) => {
      const began = performance.now()
      await terminal.run('bin/fairlead up')
      const took = Math.round(performance.now() - began)
      const { text } = await terminal.run('kubectl get nodes -o wide')
      const ready = lines(text).filter((line) => / Ready /.test(line)).length
      terminal.prove(
        ready === 3,
        `Three nodes are Ready, ${took} ms after the command.`,
        `${ready} nodes are Ready, not 3`,
      )
    },
  },
  {
    title: 'Pods and Services from manifests',
    story:
      'examples/ holds a Deployment of three pods, a back end, a few single pods, and a Service of every type. A pod is real processes under runc.',
    essential: true,
    show: async (terminal) => {
      await terminal.run('kubectl apply -f examples/')
      await terminal.run('kubectl rollout status deployment/myapp --timeout=60s')
      await terminal.run('kubectl rollout status deployment/back-end --timeout=60s')
      await terminal.run('kubectl wait --for=condition=Ready pod --all --timeout=60s')
      const { text } = await terminal.run('kubectl get pods -o wide')
      const running = lines(text).filter((line) => / Running /.test(line)).length
      terminal.prove(
        running >= 9,
        `${running} pods run, each with an address of its own, spread over the nodes.`,
        `only ${running} pods run`,
      )
    },
  },
  {
    title: 'The pod network has no NAT',
    story:
      'A pod asks a pod of another node who it is talking to. If any address were translated on the way, the answer would be a stranger’s.',
    show: async (terminal) => {
      const own = await podAddress(terminal, 'client')
      const node = await terminal.look("kubectl get pod client -o jsonpath='{.spec.nodeName}'")
      const others = lines(
        await terminal.look(
          `kubectl get pods -l app=myapp,type=front-end -o jsonpath='{range .items[*]}{.spec.nodeName} {.status.podIP}{"\\n"}{end}'`,
        ),
      ).map(words)
      const [there, address] = others.find(([where]) => where !== node) ?? others[0]!
      terminal.tell(`\n  Pod client has ${own} and is on ${node}; the pod with ${address} is on ${there}.`)
      const { text } = await terminal.run(`kubectl exec client -- curl -sm 5 http://${address}:8080/clientip`)
      terminal.prove(
        withoutPort(text) === own,
        `The server sees ${own}: the client pod itself.`,
        `the server sees ${text}, but the client is ${own}`,
      )
    },
  },
  {
    title: 'ClusterIP: one name for a back end whose pods come and go',
    story:
      'The Service back-end has a name in DNS and one address that stays. No interface has that address: each node’s kernel leads it to a pod.',
    show: async (terminal) => {
      const address = await clusterIp(terminal, 'back-end')
      const found = await terminal.run('kubectl exec client -- dig +short back-end.default.svc.cluster.local')
      const { text } = await terminal.run('kubectl exec client -- curl -sm 5 http://back-end/hostname')
      terminal.prove(
        found.text === address && text.startsWith('back-end-'),
        `DNS says ${address}, and pod ${text} answered there.`,
        `DNS says '${found.text}' (the Service has ${address}), and the answer is '${text}'`,
      )
    },
  },
  {
    title: 'NodePort: every node answers, wherever the pods are',
    story: 'nodePort 30008 on any node → port 80 of the Service myapp-service → targetPort 8080 of one of its pods.',
    show: async (terminal) => {
      const nodes = await nodeAddresses(terminal)
      const answers: string[] = []
      for (const node of nodes) answers.push((await terminal.run(`curl -sm 5 http://${node}:30008/hostname`)).text)
      terminal.prove(
        nodes.length === 3 && answers.every((answer) => answer.startsWith('myapp-')),
        `All three nodes answered: ${answers.join(', ')}.`,
        `the answers are: ${answers.join(', ')}`,
      )
    },
  },
  {
    title: 'Load spreads over all pods, at random',
    story: 'Sixty requests to one node, counted by the pod that answered.',
    show: async (terminal) => {
      const [node] = await nodeAddresses(terminal)
      const { text } = await terminal.run(
        `for i in $(seq 60); do curl -sm 5 http://${node}:30008/hostname; echo; done | sort | uniq -c`,
      )
      const pods = lines(text).filter((line) => /\d+ myapp-/.test(line)).length
      terminal.prove(pods === 3, 'All three pods took their share.', `${pods} pods answered, not 3`)
    },
  },
  {
    title: 'Several ports in one Service',
    story:
      'ports is a list: the Service many maps 80 and 8080 to the pod’s port named web (8080), and UDP 5353 to its port named questions (8081).',
    show: async (terminal) => {
      const first = await terminal.run('kubectl exec client -- curl -sm 5 http://many/hostname')
      const second = await terminal.run('kubectl exec client -- curl -sm 5 http://many:8080/hostname')
      const datagram = await terminal.run(
        `kubectl exec client -- bash -c 'exec 3<>/dev/udp/many/5353; printf hostname >&3; timeout 5 dd count=1 status=none <&3'`,
      )
      terminal.prove(
        [first, second, datagram].every(({ text }) => text === 'many'),
        'The pod many answered on TCP 80, TCP 8080 and UDP 5353.',
        `the answers are '${first.text}', '${second.text}' and '${datagram.text}'`,
      )
    },
  },
  {
    title: 'LoadBalancer: an address of its own, reached from this machine',
    story: 'The fabric, which is this cluster’s data centre, routes the address to all nodes at once.',
    show: async (terminal) => {
      await terminal.run('kubectl get svc myapp-lb', { until: /\d+\.\d+\.\d+\.\d+\s+\d+\.\d+\.\d+\.\d+/ })
      const address = await externalIp(terminal, 'myapp-lb')
      const { text } = await terminal.run(`curl -sm 5 http://${address}/hostname`, { until: /myapp-/ })
      terminal.prove(text.startsWith('myapp-'), `${address} answered: pod ${text}.`, `the answer is '${text}'`)
    },
  },
  {
    title: 'externalTrafficPolicy Local keeps the client’s address',
    story: `With the default policy a node may pass a request on to another node, and the pod sees a node’s address.
With Local, a node answers only with pods of its own, and the pod sees who really asked.`,
    show: async (terminal) => {
      const address = await externalIp(terminal, 'myapp-lb-local')
      const route = await terminal.look(`ip -4 route get ${address}`)
      const own = /\bsrc (\S+)/.exec(route)?.[1] ?? ''
      terminal.tell(`\n  This machine’s own address on the way there is ${own}.`)
      const clusterwide = await terminal.run(`curl -sm 5 http://${await externalIp(terminal, 'myapp-lb')}/clientip`)
      const local = await terminal.run(`curl -sm 5 http://${address}/clientip`, { until: /\d/ })
      terminal.prove(
        withoutPort(local.text) === own && withoutPort(clusterwide.text) !== own,
        `Policy Local: the pod sees ${own}. Policy Cluster: it sees ${withoutPort(clusterwide.text)}, a node.`,
        `policy Local shows ${local.text}, policy Cluster ${clusterwide.text}, and the client is ${own}`,
      )
    },
  },
  {
    title: 'Headless: DNS gives the pods themselves',
    story:
      'The Service peers has no address. Its name leads to all of its pods, and each pod with a hostname has a name of its own.',
    show: async (terminal) => {
      const all = await terminal.run('kubectl exec client -- dig +short peers.default.svc.cluster.local')
      const one = await terminal.run('kubectl exec client -- dig +short a.peers.default.svc.cluster.local')
      const { text } = await terminal.run('kubectl exec client -- curl -sm 5 http://b.peers:8080/hostname')
      const [a, b] = await Promise.all([podAddress(terminal, 'peer-a'), podAddress(terminal, 'peer-b')])
      terminal.prove(
        words(all.text).toSorted().join() === [a, b].toSorted().join() && one.text === a && text === 'b',
        `peers is ${a} and ${b}; a.peers is ${one.text}; b.peers answered for itself.`,
        `the pods have ${a} and ${b}, but DNS says '${all.text}' and '${one.text}', and b.peers answered '${text}'`,
      )
    },
  },
  {
    title: 'ExternalName: a name that stands for another',
    story:
      'The Service shop is an alias in DNS. Here it stands for myapp-service; it could stand for a name outside of the cluster.',
    show: async (terminal) => {
      const found = await terminal.run('kubectl exec client -- dig +noall +answer shop.default.svc.cluster.local CNAME')
      const { text } = await terminal.run('kubectl exec client -- curl -sm 5 http://shop/hostname')
      terminal.prove(
        /\sCNAME\s+myapp-service\.default\.svc\.cluster\.local\./.test(found.text) && text.startsWith('myapp-'),
        `DNS answered with a CNAME, and pod ${text} answered by that name.`,
        `DNS says '${found.text}', and the answer is '${text}'`,
      )
    },
  },
  {
    title: 'Session affinity: one client, one pod',
    story: 'The Service myapp-sticky has sessionAffinity ClientIP: whoever came before gets the same pod again.',
    show: async (terminal) => {
      const { text } = await terminal.run(
        `kubectl exec client -- sh -c 'for i in 1 2 3 4 5 6; do curl -sm 5 http://myapp-sticky/hostname; echo; done'`,
      )
      const answers = lines(text)
      terminal.prove(
        answers.length === 6 && new Set(answers).size === 1,
        `Six requests, all answered by ${answers[0]}.`,
        `the answers came from ${new Set(answers).size} pods`,
      )
    },
  },
  {
    title: 'Environment variables instead of addresses written down',
    story: 'A pod is born with the address and port of every Service that is older than it.',
    show: async (terminal) => {
      await terminal.run('kubectl run newcomer --image=fairlead/echo')
      await terminal.run('kubectl wait --for=condition=Ready pod/newcomer --timeout=30s')
      const { text } = await terminal.run(`kubectl exec newcomer -- sh -c 'env | grep ^MYAPP_SERVICE_SERVICE_ | sort'`)
      const answer = await terminal.run(
        `kubectl exec newcomer -- sh -c 'wget -qO- http://$MYAPP_SERVICE_SERVICE_HOST:$MYAPP_SERVICE_SERVICE_PORT/hostname'`,
      )
      const address = await clusterIp(terminal, 'myapp-service')
      terminal.prove(
        text.includes(`MYAPP_SERVICE_SERVICE_HOST=${address}\n`) && answer.text.startsWith('myapp-'),
        `They lead to myapp-service: pod ${answer.text} answered.`,
        `the Service has ${address}; the answer is '${answer.text}'`,
      )
    },
  },
  {
    title: 'kubectl expose: a Service for a Deployment, in one line',
    story: 'The new Service takes the Deployment’s labels as its selector.',
    show: async (terminal) => {
      await terminal.run('kubectl create deployment webapp1 --image=fairlead/echo')
      await terminal.run('kubectl rollout status deployment/webapp1 --timeout=60s')
      await terminal.run('kubectl expose deployment webapp1 --port=80 --target-port=8080')
      const { text } = await terminal.run('kubectl exec client -- curl -sm 5 http://webapp1/hostname', {
        until: /^webapp1-/,
      })
      terminal.prove(text.startsWith('webapp1-'), `http://webapp1 is pod ${text}.`, `the answer is '${text}'`)
    },
  },
  {
    title: 'kubectl describe: the pods behind a Service',
    story: 'Endpoints are the addresses and ports of the pods that the selector finds and that are ready.',
    show: async (terminal) => {
      const { text } = await terminal.run('kubectl describe svc myapp-service')
      const pods = words(
        await terminal.look(
          `kubectl get pods -l app=myapp,type=front-end -o jsonpath='{range .items[*]}{.status.podIP}{"\\n"}{end}'`,
        ),
      )
      terminal.prove(
        pods.length === 3 && pods.every((pod) => text.includes(`${pod}:8080`)),
        `The endpoints are the three pods: ${pods.join(', ')}.`,
        `the pods are ${pods.join(', ')}, and the description does not name them all`,
      )
    },
  },
  {
    title: 'A rolling restart under load',
    story: 'All the while, the demo sends a request every 10 ms, to each node’s port 30008 in turn, and counts.',
    show: async (terminal) => {
      const nodes = await nodeAddresses(terminal)
      const load = startLoad(
        nodes.map((node) => `http://${node}:30008/hostname`),
        10,
      )
      const report = await (async () => {
        try {
          await terminal.run('kubectl rollout restart deployment/myapp')
          await terminal.run('kubectl rollout status deployment/myapp --timeout=90s')
        } finally {
          // The last old pod may still be on its way out.
          await new Promise((resolve) => setTimeout(resolve, 1_000))
        }
      })().then(load.stop, async (error: unknown) => {
        await load.stop()
        throw error
      })
      terminal.prove(
        report.failures.length === 0 && report.answered > 0 && report.pods.size >= 6,
        `${report.answered} requests, none failed; ${report.pods.size} pods answered, old and new.`,
        `${report.failures.length} of ${report.answered + report.failures.length} requests failed, ${report.pods.size} pods answered; first: ${report.failures[0] ?? 'none'}`,
      )
    },
  },
  {
    title: 'A selector that matches nothing',
    story:
      'Such a Service is valid. It has an address and no endpoints, and a client learns so at once instead of waiting.',
    show: async (terminal) => {
      await terminal.run('kubectl create service clusterip nobody --tcp=80')
      await terminal.run('kubectl get endpoints nobody', { until: /nobody\s+<none>/ })
      const { shown } = await terminal.run('kubectl exec client -- curl -sSm 5 http://nobody/', {
        status: 7,
        until: /refused|Failed to connect|Couldn't connect/i,
      })
      terminal.prove(
        !/timed out/i.test(shown),
        'The connection was refused at once.',
        'the connection timed out instead of being refused',
      )
    },
  },
]
