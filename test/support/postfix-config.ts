/** The configuration of a Postfix that takes mail on loopback and lets none out. */
import { join } from 'node:path';

/** Where one private Postfix lives. */
export interface PostfixPlace {
  /** Above all the others; the log is in it. */
  folder: string;
  port: number;
  /** The programs master starts, and master itself. */
  daemons: string;
  libraries: string;
  config: string;
  queue: string;
  data: string;
  /** Holds the Maildir `all`. */
  mail: string;
  /** Further settings, which win over ours: postconf(5). */
  settings: Record<string, string>;
}

/** @see postconf(5) */
export function mainCf(place: PostfixPlace): string {
  const settings = {
    compatibility_level: '3.6',
    config_directory: place.config,
    queue_directory: place.queue,
    data_directory: place.data,
    daemon_directory: place.daemons,
    command_directory: place.daemons,
    meta_directory: place.config,
    shlib_directory: place.libraries,
    import_environment: 'LC_ALL MAIL_CONFIG LD_LIBRARY_PATH',
    mail_owner: 'daemon',
    setgid_group: 'mail',
    default_privs: 'nobody',
    myhostname: 'postfix.example.com',
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    mynetworks: '127.0.0.0/8',
    smtpd_peername_lookup: 'no',
    mydestination: '',
    local_recipient_maps: '',
    alias_maps: '',
    alias_database: '',
    // Everybody at example.org has one Maildir between them; any other mail is thrown away.
    virtual_mailbox_domains: 'example.org',
    virtual_mailbox_base: place.mail,
    virtual_mailbox_maps: 'static:all/',
    virtual_uid_maps: 'static:65534',
    virtual_gid_maps: 'static:65534',
    virtual_mailbox_limit: '0',
    default_transport: 'discard:',
    relay_transport: 'discard:',
    notify_classes: '',
    // Ids are never used again, so that each stands for one acceptance.
    enable_long_queue_ids: 'yes',
    // What a stop interrupted is tried again at once.
    queue_run_delay: '1s',
    minimal_backoff_time: '1s',
    maximal_backoff_time: '2s',
    transport_retry_time: '1s',
    service_throttle_time: '1s',
    smtpd_client_connection_count_limit: '0',
    // It would hold the sender back whenever mail comes in faster than it is put into the Maildir.
    in_flow_delay: '0',
    maillog_file: join(place.folder, 'log'),
    maillog_file_prefixes: place.folder,
    ...place.settings,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}

/** Service, type, private, unprivileged, chroot, wakeup, maximal processes, command: master(5). */
export function masterCf({ port }: PostfixPlace): string {
  return `127.0.0.1:${port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 10 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
discard unix - - n - - discard
smtp unix - - n - - smtp
verify unix - - n - 1 verify
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`;
}
