//! Members of links, media, lists and what else makes up the text of a page.

use super::super::element::text_content;
use super::super::fields::{
    address, below, choice, choice_if_any, cross_origin, flag, int, part, referrer_policy, tokens, words,
};
use super::super::link::Link;
use super::members;
use crate::ffi::Table;

pub(super) static LINK: Table = members! { [c"element", c"href_element"]
    c"accessKey" => |call| words(call, "accesskey"),
    c"download" => |call| words(call, "download"),
    c"hash" => |call| part(call, |link| link.hash.clone()),
    c"host" => |call| part(call, Link::host),
    c"hostname" => |call| part(call, |link| link.hostname.clone()),
    c"href" => |call| address(call, "href"),
    c"hrefLang" => |call| words(call, "hreflang"),
    c"origin" => |call| part(call, Link::origin),
    c"password" => |call| part(call, |link| link.password.clone()),
    c"pathname" => |call| part(call, |link| link.pathname.clone()),
    c"port" => |call| part(call, |link| link.port.clone()),
    c"protocol" => |call| part(call, |link| link.protocol.clone()),
    c"referrerPolicy" => referrer_policy,
    c"rel" => |call| words(call, "rel"),
    c"relList" => |call| tokens(call, "rel"),
    c"search" => |call| part(call, |link| link.search.clone()),
    c"target" => |call| words(call, "target"),
    c"text" => text_content,
    c"toString" => |call| address(call, "href"),
    c"type" => |call| words(call, "type"),
    c"username" => |call| part(call, |link| link.username.clone()),
};

pub(super) static MEDIA: Table = members! { [c"element", c"media_element"]
    c"autoplay" => |call| flag(call, "autoplay"),
    c"controls" => |call| flag(call, "controls"),
    c"crossOrigin" => cross_origin,
    c"currentSrc" => |call| address(call, "src"),
    c"defaultMuted" => |call| flag(call, "muted"),
    c"loop" => |call| flag(call, "loop"),
    c"mediaGroup" => |call| words(call, "mediagroup"),
    c"muted" => |call| flag(call, "muted"),
    c"preload" => |call| choice(call, "preload", &["auto", "metadata", "none"]),
    c"src" => |call| address(call, "src"),
    c"textTracks" => |call| below(call, "track"),
};

pub(super) static BASE: Table = members! { [c"element"]
    c"href" => |call| address(call, "href"),
    c"target" => |call| words(call, "target"),
};

pub(super) static CANVAS: Table = members! { [c"element"]
    c"height" => |call| int(call, "height", 150),
    c"width" => |call| int(call, "width", 300),
};

pub(super) static DATA: Table = members! { [c"element"]
    c"value" => |call| words(call, "value"),
};

pub(super) static CHANGE: Table = members! { [c"element", c"mod_element"]
    c"cite" => |call| words(call, "cite"),
    c"datetime" => |call| words(call, "datetime"),
};

pub(super) static EMBED: Table = members! { [c"element"]
    c"height" => |call| words(call, "height"),
    c"src" => |call| address(call, "src"),
    c"type" => |call| words(call, "type"),
    c"width" => |call| words(call, "width"),
};

pub(super) static FRAME: Table = members! { [c"element"]
    c"allowfullscreen" => |call| flag(call, "allowfullscreen"),
    c"height" => |call| words(call, "height"),
    c"name" => |call| words(call, "name"),
    c"referrerPolicy" => referrer_policy,
    c"src" => |call| address(call, "src"),
    c"width" => |call| words(call, "width"),
};

pub(super) static IMAGE: Table = members! { [c"element"]
    c"alt" => |call| words(call, "alt"),
    c"crossOrigin" => cross_origin,
    c"currentSrc" => |call| address(call, "src"),
    c"height" => |call| int(call, "height", 0),
    c"isMap" => |call| flag(call, "ismap"),
    c"name" => |call| words(call, "name"),
    c"referrerPolicy" => referrer_policy,
    c"sizes" => |call| words(call, "sizes"),
    c"src" => |call| address(call, "src"),
    c"srcset" => |call| words(call, "srcset"),
    c"useMap" => |call| words(call, "usemap"),
    c"width" => |call| int(call, "width", 0),
};

pub(super) static ITEM: Table = members! { [c"element"]
    c"type" => |call| words(call, "type"),
    c"value" => |call| int(call, "value", 0),
};

pub(super) static RELATION: Table = members! { [c"element"]
    c"crossOrigin" => cross_origin,
    c"href" => |call| address(call, "href"),
    c"hreflang" => |call| words(call, "hreflang"),
    c"media" => |call| words(call, "media"),
    c"referrerPolicy" => referrer_policy,
    c"rel" => |call| words(call, "rel"),
    c"relList" => |call| tokens(call, "rel"),
    c"target" => |call| words(call, "target"),
    c"type" => |call| words(call, "type"),
};

pub(super) static MAP: Table = members! { [c"element"]
    c"areas" => |call| below(call, "area"),
    c"images" => |call| below(call, "img"),
    c"name" => |call| words(call, "name"),
};

pub(super) static META: Table = members! { [c"element"]
    c"content" => |call| words(call, "content"),
    c"httpEquiv" => |call| choice_if_any(call, "http-equiv", &[
        "content-type",
        "default-style",
        "refresh",
    ]),
    c"name" => |call| words(call, "name"),
};

pub(super) static OBJECT: Table = members! { [c"element"]
    c"data" => |call| address(call, "data"),
    c"form" => super::super::fields::form,
    c"height" => |call| words(call, "height"),
    c"name" => |call| words(call, "name"),
    c"tabIndex" => |call| int(call, "tabindex", 0),
    c"type" => |call| words(call, "type"),
    c"typeMustMatch" => |call| flag(call, "typemustmatch"),
    c"useMap" => |call| words(call, "usemap"),
    c"width" => |call| words(call, "width"),
};

pub(super) static ORDERED: Table = members! { [c"element"]
    c"reversed" => |call| flag(call, "reversed"),
    c"start" => |call| int(call, "start", 1),
    c"type" => |call| words(call, "type"),
};

pub(super) static UNORDERED: Table = members! { [c"element"]
    c"type" => |call| words(call, "type"),
};

pub(super) static PARAMETER: Table = members! { [c"element"]
    c"name" => |call| words(call, "name"),
    c"value" => |call| words(call, "value"),
};

pub(super) static QUOTE: Table = members! { [c"element"]
    c"cite" => |call| words(call, "cite"),
};

pub(super) static SCRIPT: Table = members! { [c"element"]
    c"async" => |call| flag(call, "async"),
    c"charset" => |call| words(call, "charset"),
    c"crossOrigin" => cross_origin,
    c"defer" => |call| flag(call, "defer"),
    c"noModule" => |call| flag(call, "nomodule"),
    c"src" => |call| address(call, "src"),
    c"text" => text_content,
    c"type" => |call| words(call, "type"),
};

pub(super) static SOURCE: Table = members! { [c"element"]
    c"keySystem" => |call| words(call, "keysystem"),
    c"media" => |call| words(call, "media"),
    c"sizes" => |call| words(call, "sizes"),
    c"src" => |call| address(call, "src"),
    c"srcset" => |call| words(call, "srcset"),
    c"type" => |call| words(call, "type"),
};

pub(super) static STYLE: Table = members! { [c"element"]
    c"media" => |call| words(call, "media"),
    c"type" => |call| words(call, "type"),
};

pub(super) static TIME: Table = members! { [c"element"]
    c"datetime" => |call| words(call, "datetime"),
};

pub(super) static TITLE: Table = members! { [c"element"]
    c"text" => text_content,
};

pub(super) static TRACK: Table = members! { [c"element"]
    c"default" => |call| flag(call, "default"),
    c"kind" => |call| choice(call, "kind", &["subtitles", "captions", "descriptions", "chapters", "metadata"]),
    c"label" => |call| words(call, "label"),
    c"src" => |call| address(call, "src"),
    c"srclang" => |call| words(call, "srclang"),
};
