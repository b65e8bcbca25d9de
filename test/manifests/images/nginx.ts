import { debian, debianLibraries } from './debian.ts'
import type { LayerFolder } from './layer.ts'

export const nginx = (folder: LayerFolder): void => {
  folder.program(debian('usr/sbin/nginx'), '/usr/sbin/nginx', debianLibraries())
  folder.copy(debian('etc/nginx/mime.types'), '/etc/nginx/mime.types')
  folder.file('/etc/nginx/nginx.conf', NGINX_CONF)
  folder.file('/etc/nginx/conf.d/default.conf', nginxServer(80))
  folder.file('/usr/share/nginx/html/index.html', '<h1>Welcome to nginx!</h1>\n')
  // Where Debian's nginx writes; the image of nginx's makers has them below /var/cache.
  for (const path of ['/var/lib/nginx', '/var/log/nginx', '/var/cache/nginx']) folder.folder(path, 0o777)
  folder.link('/var/log/nginx/access.log', '/dev/stdout')
  folder.link('/var/log/nginx/error.log', '/dev/stderr')
}

/** nginx as anybody: it listens above 1024, and all that it writes is below /tmp. */
export const nginxUnprivileged = (folder: LayerFolder): void => {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const paths = temporary.map((name) => `    ${name}_temp_path /tmp/${name}_temp;\n`).join('')
  folder.file(
    '/etc/nginx/nginx.conf',
    NGINX_CONF.replace(/user .*\n/, '')
      .replace('/run/nginx.pid', '/tmp/nginx.pid')
      .replace('http {\n', `http {\n${paths}`),
  )
  folder.file('/etc/nginx/conf.d/default.conf', nginxServer(8080))
}

const NGINX_CONF = `user nginx;
worker_processes 1;
error_log /dev/stderr notice;
pid /run/nginx.pid;
events {
    worker_connections 64;
}
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log /dev/stdout;
    include /etc/nginx/conf.d/*.conf;
}
`

const nginxServer = (port: number): string => `server {
    listen ${port};
    server_name localhost;
    location / {
        root /usr/share/nginx/html;
        index index.html;
    }
}
`
