package org.isthmus.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import javax.naming.ConfigurationException;
import javax.naming.Context;
import javax.naming.InitialContext;
import javax.naming.NameClassPair;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.OperationNotSupportedException;
import org.junit.jupiter.api.Test;

/** Administered objects by their names, without an application server (§5). */
@SuppressWarnings("BanJNDI") // what is looked up is what the test has bound
class NamingTest {
    private static Context context(Map<String, String> more) throws NamingException {
        var environment = new Hashtable<String, String>(more);
        environment.put(Context.INITIAL_CONTEXT_FACTORY, IsthmusInitialContextFactory.class.getName());
        environment.put(Context.PROVIDER_URL, "one:1,two:2");
        return new InitialContext(environment);
    }

    @Test
    void objectsAreMadeOfTheEnvironment() throws NamingException {
        var context = context(Map.of(
                "connectionFactory.here",
                        "?clientID=me&startFrom=earliest&recordsAsText=true&maxDeliveries=3&deadLetterQueue=poison",
                "connectionFactory.jms/there", "three:3",
                "queue.jms/work", "work",
                "topic.news", "news?startFrom=earliest"));
        var here = (IsthmusConnectionFactory) context.lookup("here");
        assertThat(here.getBootstrapServers()).isEqualTo("one:1,two:2");
        assertThat(here.getClientID()).isEqualTo("me");
        assertThat(here.getStartFrom()).isEqualTo("earliest");
        assertThat(here.isRecordsAsText()).isTrue();
        assertThat(here.getMaxDeliveries()).isEqualTo(3);
        assertThat(here.getDeadLetterQueue()).isEqualTo("poison");
        var there = (IsthmusConnectionFactory) context.lookup("jms/there");
        assertThat(there.getBootstrapServers()).isEqualTo("three:3");
        assertThat(context.lookup("jms/work")).isEqualTo(new IsthmusQueue("work"));
        var news = (IsthmusTopic) context.lookup("news");
        assertThat(news).isEqualTo(new IsthmusTopic("news"));
        assertThat(news.getStartFrom()).isEqualTo("earliest");
        assertThat(((IsthmusConnectionFactory) context.lookup("ConnectionFactory")).getBootstrapServers())
                .isEqualTo("one:1,two:2");
    }

    @Test
    void namesWithSlashesLieInContexts() throws NamingException {
        var context = context(Map.of("queue.jms/work", "work", "topic.jms/deep/news", "news"));
        var jms = (Context) context.lookup("jms");
        assertThat(jms.lookup("work")).isEqualTo(new IsthmusQueue("work"));
        List<NameClassPair> all = Collections.list(context.list("jms"));
        assertThat(all).extracting(NameClassPair::getName).containsExactly("deep", "work");
        assertThat(Collections.list(context.listBindings("")))
                .extracting(NameClassPair::getName)
                .containsExactly("ConnectionFactory", "jms");
    }

    @Test
    void whatIsWrongIsNamed() throws NamingException {
        assertThatThrownBy(() -> context(Map.of("queue.q", "a b"))).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> context(Map.of("topic.t", "t?startFrom=soon")))
                .isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> context(Map.of("connectionFactory.f", "?colour=red")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("clientID");
        assertThatThrownBy(() -> context(Map.of("connectionFactory.f", "?maxDeliveries=many")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("connectionFactory.f: maxDeliveries cannot be many");
        assertThatThrownBy(() -> context(Map.of("connectionFactory.f", "?recordsAsText=yes")))
                .isInstanceOf(ConfigurationException.class);
        var context = context(Map.of());
        assertThatThrownBy(() -> context.lookup("nothing")).isInstanceOf(NameNotFoundException.class);
        assertThatThrownBy(() -> context.bind("a", "b")).isInstanceOf(OperationNotSupportedException.class);
    }
}
