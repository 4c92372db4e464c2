package org.isthmus.broker.protocol.handler;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.isthmus.broker.common.BrokerException;
import org.isthmus.broker.common.ErrorCode;
import org.isthmus.broker.coordinator.share.Opening;
import org.isthmus.broker.coordinator.share.ShareCoordinator;
import org.jspecify.annotations.Nullable;

/** The share sessions at this broker. A member has at most one. Safe for use by many threads. */
public final class ShareSessions {
    static final int FINAL_EPOCH = -1;
    static final int FIRST_EPOCH = 0;
    private static final int MAX_SESSIONS = 10_000;

    private final ShareCoordinator shares;
    private final ShareGroupConfigs configs;
    private final Map<ShareSession.Key, ShareSession> sessions = new ConcurrentHashMap<>();

    /** @param configs how members open a group who say nothing of it */
    public ShareSessions(ShareCoordinator shares, ShareGroupConfigs configs) {
        this.shares = shares;
        this.configs = configs;
    }

    /** Begins a session, in place of one that the member had. */
    ShareSession begin(
            RequestContext context, @Nullable String group, @Nullable String member, @Nullable Opening opening) {
        var key = key(group, member);
        if (sessions.size() >= MAX_SESSIONS && !sessions.containsKey(key)) {
            throw new BrokerException(ErrorCode.SHARE_SESSION_LIMIT_REACHED, "there are " + MAX_SESSIONS + " sessions");
        }
        var opened = opening == null ? configs.opening(key.group()) : configs.overriding(key.group(), opening);
        var session = new ShareSession(key, opened, shares, configs);
        var before = sessions.put(key, session);
        if (before != null) {
            before.lose();
        }
        context.connection().onEnd(session, () -> lose(session));
        return session;
    }

    /** The member's session, where this is the epoch that it is in. */
    ShareSession at(@Nullable String group, @Nullable String member, int epoch) {
        var key = key(group, member);
        var session = sessions.get(key);
        if (session == null) {
            throw new BrokerException(
                    ErrorCode.SHARE_SESSION_NOT_FOUND,
                    "member " + key.member() + " of " + key.group() + " has no session");
        }
        if (epoch != FINAL_EPOCH && !session.advance(epoch)) {
            throw new BrokerException(
                    ErrorCode.INVALID_SHARE_SESSION_EPOCH,
                    "epoch " + epoch + " is not the next of member " + key.member() + " of " + key.group());
        }
        session.asksAnew();
        return session;
    }

    private void lose(ShareSession session) {
        if (sessions.remove(session.key(), session)) {
            session.lose();
        }
    }

    /** Ends a session because its member says so. */
    CompletionStage<Void> end(RequestContext context, ShareSession session) {
        sessions.remove(session.key(), session);
        context.connection().forget(session);
        return session.end();
    }

    private static ShareSession.Key key(@Nullable String group, @Nullable String member) {
        if (group == null || group.isEmpty() || member == null || member.isEmpty()) {
            throw new BrokerException(ErrorCode.INVALID_REQUEST, "no group or no member");
        }
        return new ShareSession.Key(group, member);
    }
}
