/** Services whose logs lie in well-known places: what a host is likely to want watched, the commonest first. */

/** One service. */
export interface KnownService {
  readonly title: string;
  /** Paths as a file target takes them, the likeliest first. */
  readonly paths: readonly string[];
}

/** The table. */
export const KNOWN_SERVICES: readonly KnownService[] = [
  { title: 'System log', paths: ['/var/log/syslog', '/var/log/messages'] },
  { title: 'Sign-ins and sudo', paths: ['/var/log/auth.log', '/var/log/secure'] },
  { title: 'Kernel', paths: ['/var/log/kern.log'] },
  { title: 'Kubernetes containers', paths: ['/var/log/pods/*/*/*.log'] },
  { title: 'nginx', paths: ['/var/log/nginx/*.log'] },
  { title: 'Apache', paths: ['/var/log/apache2/*.log', '/var/log/httpd/*_log'] },
  { title: 'HAProxy', paths: ['/var/log/haproxy.log'] },
  { title: 'Caddy', paths: ['/var/log/caddy/*.log'] },
  { title: 'Traefik', paths: ['/var/log/traefik/*.log'] },
  { title: 'Squid', paths: ['/var/log/squid/*.log'] },
  { title: 'Varnish', paths: ['/var/log/varnish/*.log'] },
  { title: 'PostgreSQL', paths: ['/var/log/postgresql/*.log'] },
  {
    title: 'MySQL or MariaDB',
    paths: ['/var/log/mysql/*.log', '/var/log/mysqld.log', '/var/log/mariadb/*.log'],
  },
  { title: 'MongoDB', paths: ['/var/log/mongodb/*.log'] },
  { title: 'Redis', paths: ['/var/log/redis/*.log'] },
  { title: 'RabbitMQ', paths: ['/var/log/rabbitmq/*.log'] },
  { title: 'Kafka', paths: ['/var/log/kafka/*.log'] },
  { title: 'Elasticsearch', paths: ['/var/log/elasticsearch/*.log'] },
  { title: 'OpenSearch', paths: ['/var/log/opensearch/*.log'] },
  { title: 'Cassandra', paths: ['/var/log/cassandra/*.log'] },
  { title: 'InfluxDB', paths: ['/var/log/influxdb/*.log'] },
  { title: 'ClickHouse', paths: ['/var/log/clickhouse-server/*.log'] },
  { title: 'PHP-FPM', paths: ['/var/log/php*-fpm.log', '/var/log/php-fpm/*.log'] },
  { title: 'Tomcat', paths: ['/var/log/tomcat*/*.log', '/var/log/tomcat*/catalina.out'] },
  { title: 'Jenkins', paths: ['/var/log/jenkins/*.log'] },
  { title: 'GitLab', paths: ['/var/log/gitlab/*/*.log'] },
  { title: 'Grafana', paths: ['/var/log/grafana/*.log'] },
  { title: 'Mail', paths: ['/var/log/mail.log', '/var/log/maillog'] },
  { title: 'Exim', paths: ['/var/log/exim4/mainlog'] },
  { title: 'BIND', paths: ['/var/log/named/*.log'] },
  { title: 'Samba', paths: ['/var/log/samba/log.*'] },
  { title: 'CUPS', paths: ['/var/log/cups/*_log'] },
  { title: 'fail2ban', paths: ['/var/log/fail2ban.log'] },
  { title: 'Firewall', paths: ['/var/log/ufw.log', '/var/log/firewalld'] },
  { title: 'Audit', paths: ['/var/log/audit/audit.log'] },
  { title: "Let's Encrypt", paths: ['/var/log/letsencrypt/letsencrypt.log'] },
  { title: 'cron', paths: ['/var/log/cron.log', '/var/log/cron'] },
  { title: 'Packages', paths: ['/var/log/dpkg.log', '/var/log/apt/*.log', '/var/log/dnf.log'] },
];
