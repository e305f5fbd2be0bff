/**
 * Front labels that accounts do not get: they would pass for the service itself, for its machinery, or for a page of a web site
 * under the same domain.
 */
const reserved = new Set(
  `about abuse access account accounts activate ad add address adm admin administration administrator ads affiliate alert all alpha
  android announce announcement announcements anonymous answer answers api apis app apps archive atoll atproto auth authenticate
  authentication authorize avatar backup balance ban banner beta billing bin blob blobs block blog board bot bots broadcast bsky bug
  bugs business cache calendar cancel careers cart cdn certificate changelog chat checkout client cloud code comment comments
  community compare config connect contact contest cookie copyright crawler create css customer dashboard data db debug default
  delete demo design dev developer developers did directory dns doc docs documentation domain domains donate download downloads
  edit editor email enterprise error errors event events example explore export extension faq favorite feature features feed
  feedback feeds file files firehose follow follower following forum forums friend ftp gateway git google graph group groups guest
  guide guides handle handles health help home host hosting hostmaster howto http https image images imap inbox index info invite
  invites ios jobs json labeler labelers legal lexicon license list lists live localhost log login logout logs mail mailer
  mailserver maintenance manage manager map marketing me media member members message messages metrics mobile mod moderation
  moderator moderators news newsletter nil none notification notifications null oauth official operator ops order owner page pages
  partner password payment pds ping plc policy pop portal post postmaster posts premium press privacy private profile profiles
  proxy public queue register registration relay repo report reports reserved reset root rss rules sales search secure security
  self send server service services session sessions settings setup share shop signin signout signup sitemap smtp source spam
  staff staging static stats status store subscribe subscription support suspended sync sysadmin system tag tags team telnet terms
  test tests token tools tos trust undefined unsubscribe update updates upload uploads user username users verified verify video
  webhook webmail webmaster website welcome wiki work www xml xrpc you`.split(/\s+/),
)

export function isReservedName(frontLabel: string): boolean {
  return reserved.has(frontLabel)
}
