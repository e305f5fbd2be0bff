/**
 * Front labels that accounts do not get: they would pass for the service itself, for its machinery,
 * or for a page of a web site under the same domain. Everything that the reference server reserves
 * is here. What no handle can hold (an underscore, fewer than three or more than 18 characters)
 * needs no entry.
 */
const service = `about abuse access account accounts acme activate activities activity ad add address adm admanager admin administration
  administrator administrators admins ads adsense adult advertising adwords affiliate affiliatepage affiliates afp ajax alert
  all alpha analysis analytics android announce announcement announcements anon anonymous answer answers api apis app
  appengine appnews apps archive archives article asdf asset assets atoll atp atproto auth authenticate authentication
  authorize avatar backup balance ban bank banner banners base beginners beta billing bin binaries binary blackberry blob
  blobs block blog blogs blogsearch bluesky board book bookmark bookmarks books bot bots broadcast bsky bug bugs business buy
  buzz cache calendar call campaign cancel captcha career careers cart catalog catalogs categories category cdn certificate
  cgi cgi-bin changelog chart charts chat check checked checking checkout client cliente clients clients1 cloud cnarne code
  comercial comment comments communities community company compare compras config configuration confirm confirmation connect
  contact contact-us contacts contactus content contest contribute contributor contributors cookie coppa copyright copyrights
  core corp countries country cpanel crawler create css cssproxy customer customise customize dashboard data db debug default
  delete demo design designer desktop destroy dev devel developer developers devs diagram diary dict dictionary did die dir
  direct-messages directory dist diversity dmca dns doc docs documentation documentations documents domain domains donate
  download downloads e-mail earth ecommerce edit editor edits edu education email embed embedded employment employments empty
  enable encrypted end engine enterprise enterprises entries entry error errorlog errors eval event events example
  examplecommunity exampleopenid examplesyn examplesyndicated exampleusername exchange exit explore export extension faq faqs
  favorite favorites favourite favourites feature features feed feedback feedburner feedproxy feeds file files finance
  firehose first folder folders follow follower following forgot form forms forum forums founder free friend friends ftp fuck
  fun fusion gadget gadgets game games gateway gears general geographic get gettingstarted gift gifts gist git github gmail
  golang google goto gov graph graphs group groups guest guests guide guides hack hacks handle handles head health help home
  homepage host hosting hostmaster hostname how-to howto html htrnl http httpd https iamges icon icons idea ideas imac image
  images imap img inbox inboxes index indexes info information inquiry intranet investor investors invitation invitations
  invite invites invoice invoices ios ipad iphone irc irnages irng issue issues item items java javascript job jobs join json
  jump knowledge-base knowledgebase lab labeler labelers labs language languages last ldap-status ldapstatus legal lex lexicon
  license licenses link links linux list lists live livejournal local locale localhost location log log-in log-out login
  logout logs mac mac-os mac-os-x macos macosx mail mailer mailing mailserver main maintenance manage manager manual map maps
  marketing master me media member members memories memory merchandise message messages messenger metrics microblog microblogs
  mine mis misc mms mob mobile mod model models moderation moderator moderators money movie movies mp3 mp4 msg msn music mymme
  mysql name named nan navi navigation net network networks new news newsletter nick nickname nil none notes noticias
  notification notifications notify ns1 ns2 ns3 ns4 ns5 nsid null oauth oauth-clients ocsp offer offers official old online
  openid operator ops option options order orders org organization organizations other overview owner owners p0rn pack page
  pager pages paid panel partner partnerpage partners password patch pay payment pds people perl person phone photo photoalbum
  photos php phpmyadmin phppgadmin phpredisadmin pic pics picture pictures ping pixel places plan plans plc plugin plugins
  podcasts policies policy pop pop3 popular porn portal portals post postfix postmaster posts pr0n premium press price pricing
  principles print privacy privacy-policy privacypolicy private prod product production products profile profiles project
  projects promo promotions proxies proxy pub public purchase purpose put python queries query queue radio random ranking read
  reader readme recent recruit recruitment redirect register registration relay release remove replies repo report reports
  repositories repository req request requests research reserved reset resolve resolver review rnail rnicrosoft roc root rss
  ruby rule rules sag sale sales sample samples sandbox save scholar school schools script scripts search secure security self
  seminars send server server-info server-status servers service services session sessions setting settings setup share shop
  shopping shortcut shortcuts show sign-in sign-up signin signout signup site sitemap sitemaps sitenews sites sketchup sky
  slash slashinvoice slut smartphone sms smtp soap software sorry source spam spec special spreadsheet spreadsheets sql src
  srntp ssh ssl ssladmin ssladministrator sslwebmaster ssytem staff stage staging start stat state static statistics stats
  status store stores stories style styleguide styles stylesheet stylesheets subdomain subscribe subscription subscriptions
  suggest suggestqueries support survey surveys surveytool suspended svn swf syn sync syndicated sys sysadmin sysadministrator
  sysadmins system tablet tablets tag tags talk talkgadget task tasks team teams tech telnet term terms terms-of-service
  termsofservice test testing tests text theme themes thread threads ticket tickets tid tmp to-do todo token toml tool toolbar
  toolbars tools top topic topics tos tour trac trace translate translation translations translator trends trust tutorial tux
  twitter txt undef undefined unfollow unsubscribe update updates upgrade upgrades upi upload uploads url usage user username
  usernames users uuid validation validations ver verified verify version video video-stats videos visitor visitors voice
  volunteer volunteers watch wave weather web webdisk webhook webhooks webmail webmaster webmasters webrnail website websites
  welcome whm whois widget widgets wifi wiki wikis win windows word work works workshop wpad wws www wwws wwww xfn xhtml
  xhtrnl xml xmpp xpg xrpc xxx yaml year yml you yourdomain yourname yoursite yourusername`

/** People, clubs, papers, brands and offices that somebody might impersonate. */
const wellKnown = `10downingstreet 10ronaldinho 3gerardpique aclu adele akshaykumar aliaa08 aliciakeys amitshah andresiniesta8 anushkasharma
  aoc arianagrande ariyoshihiroiki arrahman arvindkejriwal asahi avrillavigne barackobama bbcbreaking bbcworld beingsalmankhan
  beyonce billgates billieeilish brasildefato britneyspears brunomars carterjwm championsleague chrisbrown claudialeitte
  cnnbrk coldplay conanobrien correio cristiano danieltosh davidguetta ddlovato deepikapadukone drake dril elisapie
  ellendegeneres elonmusk eminem emmawatson estadao fcbarcelona folha foxnews fujitv gazetadopovo gigazine gretathunberg
  hajimesyacho hikakin hillaryclinton iamsrk ihrithik imvkohli instagram ivetesangalo jairbolsonaro jimmyfallon jlo jocx
  joebiden jornaldobrasil jornaloglobo jotx jtimberlake justinbieber kaka kamalaharris kanyewest katyperry kendalljenner
  kevinhart4real khloekardashian kimkardashian kingjames kourtneykardash kyliejenner ladygaga leomessi liampayne liltunechi
  lucianohuck lulaoficial mainichi manutd marcosmion mariahcarey mileycyrus mohamadalarefe naomiosaka narendramodi nasa natgeo
  nba neymarjr nfl nhk niallofficial nickiminaj nike nikkei nintendo npr ntv nytimes onedirection oowareware1945 oprah
  pamyurin paulocoelho pink pitbull playstation pmoindia portalr7 potus premierleague priyankachopra realdonaldtrump rihanna
  rolaworld rondesantisfl seikintv selenagomez shakira shawnmendes snoopdogg sportscenter srbachchan starbucksjapan
  subhisharma100 taylorswift taylorswift13 tbs theeconomist therock tvasahi tvtokyo ukraine virendersehwag washingtonpost
  whitehouse45 wizkhalifa yokoono yousuck2020 youtube zaynmalik zelenskyyua zerohora`

const reserved = new Set(`${service} ${wellKnown}`.split(/\s+/))

export function isReservedName(frontLabel: string): boolean {
  return reserved.has(frontLabel)
}
