import type { ImageReference } from './image-reference.ts'

/** Images that people know, by the last part of their names, and what does their work here meanwhile. */
const KNOWN: readonly (readonly [names: RegExp, hint: string])[] = [
  [
    /^(?:nginx|httpd|apache2?|caddy|lighttpd|traefik)(?:-unprivileged)?$/,
    'for a web server on its port use fairlead/echo with args ["--http-port=80"]',
  ],
  [
    /^(?:agnhost|netexec|echoserver|echo-server|http-echo|whoami|hello-app|hello-world|podinfo|http-https-echo)$/,
    'for a server that says who answers use fairlead/echo; it takes the args of netexec as they are, and its other verbs by `/agnhost`, else "--http-port=PORT"',
  ],
  [
    /^(?:busybox|alpine|curl|netshoot|dnsutils|jessie-dnsutils|toybox|network-multitool)$/,
    'for a shell with wget, curl, nslookup and nc use fairlead/echo with the same command, and fairlead/host for bash, dig and whatever this machine has',
  ],
  [
    /^(?:ubuntu|debian|fedora|centos|rockylinux|python|perl|bash|node)$/,
    'for the programs of this machine use fairlead/host with the same command',
  ],
  [
    /^echo-(?:basic|advanced)$/,
    'for a backend that says what of a request has arrived use fairlead/echo with args ["gateway-echo"], told by the same variables',
  ],
  [/^pause$/, 'for a container that does nothing use fairlead/echo with command ["sleep", "1000000"]'],
]

/** What to use until the image can be had, for the message of a failed pull. */
export const imageHint = ({ repository }: ImageReference): string => {
  const name = repository.slice(repository.lastIndexOf('/') + 1)
  return (
    KNOWN.find(([names]) => names.test(name))?.[1] ??
    'meanwhile, fairlead/echo stands in for a server, and fairlead/host has the programs of this machine'
  )
}
