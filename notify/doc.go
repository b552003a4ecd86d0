// Package notify carries a message to where it is read outside the system: by
// e-mail, by webhook, and through the group robots of WeCom, DingTalk and
// Feishu.
//
// A channel tries once and says what came of it: nothing when the message was
// taken, else a *SendError that tells whether it may be tried again, when, and
// whether it may have arrived all the same. Judge turns that into what becomes
// of the message.
//
// The package keeps no queue and decides neither who is told nor what or when.
// It never waits for its turn, follows no redirect, asks no proxy, reads no more
// of an answer than it needs, and connects to no address inside the house that
// was not listed for it. Secrets, and addresses that hold one, cannot be printed
// by accident.
package notify
