import type { Descriptions } from '#api/openapi/description.ts'

export const descriptions: Descriptions = {
  CertificateSigningRequest: {
    about: 'Asks for a certificate, which somebody approves or denies, and a signer signs.',
    fields: {
      spec: 'What is asked for, and by whom. It stays as it was made.',
      status: 'What was decided, and the certificate.',
    },
  },
  CertificateSigningRequestSpec: {
    about: 'What is asked for, and by whom.',
    fields: {
      request: 'A PKCS #10 request in PEM, in base64.',
      signerName:
        'Who is to sign. kubernetes.io/kube-apiserver-client, kubernetes.io/kube-apiserver-client-kubelet and kubernetes.io/kubelet-serving are signers of the cluster; others are somebody’s own.',
      expirationSeconds: 'For how long the certificate is to be good, 600 or more. A signer may give less.',
      usages: 'What it is for: `client auth`, `digital signature` and others.',
      username: 'Who asked. Written by the system.',
      uid: 'The uid of who asked. Written by the system.',
      groups: 'The groups of who asked. Written by the system.',
      extra: 'What else is known of who asked. Written by the system.',
    },
  },
  CertificateSigningRequestStatus: {
    about: 'What was decided, and the certificate.',
    fields: {
      conditions: 'Approved or Denied, once and for all; Failed, where the signer did not sign.',
      certificate: 'The certificate in PEM, in base64, once it is signed.',
    },
  },
  CertificateSigningRequestCondition: {
    about: 'A decision, or something else that became of a request.',
    fields: {
      type: 'Approved, Denied, Failed, or somebody’s own word.',
      status: 'True; of somebody’s own words also False or Unknown.',
      reason: 'Why, in one word.',
      message: 'Why, for people.',
      lastUpdateTime: 'When it was last written.',
      lastTransitionTime: 'When its status last became another.',
    },
  },
}
