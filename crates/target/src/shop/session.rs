//! Who is asking: a token in the header or the cookie, one of the fixed test tokens, or nobody.
//!
//! Main type: [`Asker`]. A false token is refused everywhere, because a test that sends one has a fault.

use http::HeaderValue;
use http::header::SET_COOKIE;

use super::Shop;
use super::records::{Role, User};
use super::token::{Claims, LIFETIME_S};
use crate::body::{Answer, Refusal};
use crate::clock::unix_ms;
use crate::exchange::Exchange;

/// Tokens that work without a login, and whom they speak for.
const FIXED: &[(&str, &str, Role)] =
    &[("test-token", "test@example.com", Role::Customer), ("admin-token", "admin@test.com", Role::Admin)];

/// The cookie that a login sets.
const COOKIE: &str = "session";
/// The cookie that names a guest's cart.
const GUEST_COOKIE: &str = "guest";

/// Who is asking.
pub enum Asker {
    /// Somebody with an account.
    Known(Claims),
    /// Nobody in particular.
    Guest,
}

impl Shop {
    /// Who is asking. An error when there is a bearer token and it is false.
    pub(crate) async fn asker(&self, exchange: &Exchange<'_>) -> Result<Asker, Refusal> {
        let now_s = unix_ms() / 1000;
        if let Some(token) = exchange.bearer() {
            if let Some((_, email, role)) = FIXED.iter().find(|(fixed, ..)| *fixed == token) {
                return self.fixed(email, *role, now_s).await;
            }
            let refused = || Refusal::unauthorized("the bearer token is false or has expired");
            return self.signer.check(token, now_s).map(Asker::Known).ok_or_else(refused);
        }
        // An old cookie is no fault of the test: browsers and jars send it unasked.
        let from_cookie = exchange.cookie(COOKIE).and_then(|token| self.signer.check(token, now_s));
        Ok(from_cookie.map_or(Asker::Guest, Asker::Known))
    }

    async fn fixed(&self, email: &str, role: Role, now_s: u64) -> Result<Asker, Refusal> {
        let user = self.store.user_by_email(email).await?;
        let sub = user.map_or(0, |user| user.id);
        let claims =
            Claims { sub, email: email.to_owned(), role: role.name().to_owned(), iat: now_s, exp: now_s + 1 };
        Ok(Asker::Known(claims))
    }

    /// Who is asking; guests are refused.
    pub(crate) async fn account(&self, exchange: &Exchange<'_>) -> Result<Claims, Refusal> {
        match self.asker(exchange).await? {
            Asker::Known(claims) => Ok(claims),
            Asker::Guest => {
                Err(Refusal::unauthorized("this needs a login: send `Authorization: Bearer <token>`"))
            }
        }
    }

    /// Who is asking; everybody but admins is refused.
    pub(crate) async fn admin(&self, exchange: &Exchange<'_>) -> Result<Claims, Refusal> {
        let claims = self.account(exchange).await?;
        if claims.is_admin() { Ok(claims) } else { Err(Refusal::forbidden("this needs the role `admin`")) }
    }

    /// A new token for this account.
    pub(crate) fn token_for(&self, user: &User) -> String {
        self.signer.sign(&Claims::of(user, unix_ms() / 1000))
    }

    /// A name for a new guest.
    pub(crate) fn new_guest(&self) -> String {
        format!("{:016x}", self.random.next())
    }
}

impl Asker {
    /// The account's id.
    pub fn id(&self) -> Option<u64> {
        match self {
            Self::Known(claims) => Some(claims.sub),
            Self::Guest => None,
        }
    }
}

/// The guest's name that the request brings.
pub fn guest_name<'a>(exchange: &Exchange<'a>) -> Option<&'a str> {
    exchange.cookie(GUEST_COOKIE)
}

/// Adds the cookie that a login sets.
pub fn set_session(answer: &mut Answer, token: &str) {
    set_cookie(answer, &format!("{COOKIE}={token}; Path=/; Max-Age={LIFETIME_S}; HttpOnly; SameSite=Lax"));
}

/// Removes the cookie that a login sets.
pub fn drop_session(answer: &mut Answer) {
    set_cookie(answer, &format!("{COOKIE}=; Path=/; Max-Age=0"));
}

/// Adds the cookie that names a guest.
pub fn set_guest(answer: &mut Answer, name: &str) {
    set_cookie(answer, &format!("{GUEST_COOKIE}={name}; Path=/; HttpOnly; SameSite=Lax"));
}

fn set_cookie(answer: &mut Answer, cookie: &str) {
    // Tokens are base64 and names hexadecimal, so the value is always legal.
    if let Ok(value) = HeaderValue::from_str(cookie) {
        answer.headers_mut().append(SET_COOKIE, value);
    }
}
