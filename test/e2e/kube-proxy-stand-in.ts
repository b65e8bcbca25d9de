/**
 * What stands in for kube-proxy, by its own names: a DaemonSet, a program of that name with its flag `--cleanup`, and the one
 * Service of the test in a table as its nftables mode writes it. It does not clean up when it ends, as kube-proxy does not.
 */
export const KUBE_PROXY_SCRIPT = `#!/bin/sh
if [ "$1" = --cleanup ]; then
  nft list tables | grep -qx 'table ip kube-proxy' && nft delete table ip kube-proxy
  exit 0
fi
sleep 0.3
nft -f - <<END
add table ip kube-proxy
delete table ip kube-proxy
table ip kube-proxy {
  map service-ips {
    type ipv4_addr . inet_proto . inet_service : verdict
    elements = { 10.96.0.80 . tcp . 80 : goto service-web }
  }
  chain service-web {
    meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 172.30.0.2 . 8080, 1 : 172.30.0.3 . 8080 }
  }
  chain services {
    ip daddr . meta l4proto . th dport vmap @service-ips
  }
  chain nat-prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    jump services
  }
  chain nat-output {
    type nat hook output priority -100; policy accept;
    jump services
  }
}
END
trap 'exit 0' TERM
while :; do sleep 0.1; done
`

export const KUBE_PROXY = `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: kube-proxy, namespace: kube-system, labels: { k8s-app: kube-proxy } }
spec:
  selector: { matchLabels: { k8s-app: kube-proxy } }
  template:
    metadata: { labels: { k8s-app: kube-proxy } }
    spec:
      hostNetwork: true
      nodeSelector: { kubernetes.io/os: linux }
      tolerations: [{ operator: Exists }]
      terminationGracePeriodSeconds: 1
      containers:
        - name: kube-proxy
          image: fairlead/host
          command: [/stand-in/kube-proxy, --config=/var/lib/kube-proxy/config.conf]
          securityContext: { privileged: true }
          volumeMounts: [{ name: program, mountPath: /stand-in }]
      volumes: [{ name: program, hostPath: { path: /var/lib/stand-in } }]
`
