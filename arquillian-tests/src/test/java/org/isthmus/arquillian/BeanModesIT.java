package org.isthmus.arquillian;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.annotation.Resource;
import jakarta.inject.Inject;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.Queue;
import jakarta.transaction.UserTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** In the server: what each transaction attribute and each acknowledge mode makes of what a bean sends and receives, when it fails and when it does not. */
@ExtendWith(ArquillianExtension.class)
class BeanModesIT {
    private static final long SOON = 30_000;

    @Resource(lookup = ModesDefinitions.FACTORY)
    private ConnectionFactory factory;

    @Resource
    private UserTransaction transaction;

    @Inject
    private SenderBean sender;

    @Inject
    private BeanManagedSenderBean ownSender;

    @Deployment
    static WebArchive application() {
        return Application.war(
                        "modes.war",
                        RequiredBean.class,
                        NotSupportedBean.class,
                        NotSupportedDupsOkBean.class,
                        BeanManagedBean.class,
                        BeanManagedDupsOkBean.class,
                        StubbornBean.class,
                        ListBean.class)
                .addClasses(AnsweringBean.class, OwnTransactionBean.class, ModesDefinitions.class)
                .addClasses(SenderBean.class, BeanManagedSenderBean.class)
                .addPackages(true, "org.assertj.core", "net.bytebuddy");
    }

    @Test
    void containersTransactionTakesBackWhatABeanAnsweredThatFailed() throws Exception {
        assertThat(answers(RequiredBean.class, 1)).containsExactly("delivery 2");
    }

    @Test
    void withoutATransactionAnAnswerStandsAndTheQuestionComesAgain() throws Exception {
        assertThat(answers(NotSupportedBean.class, 2)).containsExactlyInAnyOrder("delivery 1", "delivery 2");
        assertThat(answers(NotSupportedDupsOkBean.class, 2)).containsExactlyInAnyOrder("delivery 1", "delivery 2");
    }

    @Test
    void transactionOfABeansOwnIsOfWhatItSendsAndNotOfWhatItWasHanded() throws Exception {
        var expected = List.of("outside at delivery 1", "outside at delivery 2", "within at delivery 2");
        assertThat(answers(BeanManagedBean.class, 3)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(answers(BeanManagedDupsOkBean.class, 3)).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void whatNoBeanAcceptsBecomesADeadLetterHoweverItIsRefused() throws Exception {
        try (var context = factory.createContext();
                var givenUp = context.createConsumer(context.createQueue(StubbornBean.GIVEN_UP))) {
            for (var refusal : List.of("throw", "roll back")) {
                context.createProducer().send(context.createQueue("StubbornBean"), refusal);
                assertThat(givenUp.receiveBody(String.class, SOON)).isEqualTo(refusal);
                assertThat(StubbornBean.seen).containsExactly(refusal + " 1", refusal + " 2");
                StubbornBean.seen.clear();
            }
        }
    }

    @Test
    void listIsOneTransactionAndWhatFailedInItComesAgainAlone() throws Exception {
        var texts = List.of("a", "b", "c", "d", "e");
        try (var context = factory.createContext()) {
            var answers = context.createTemporaryQueue();
            for (var text : texts) {
                context.createProducer().setJMSReplyTo(answers).send(context.createQueue("ListBean"), text);
            }

            assertThat(ListBean.lists.poll(SOON, TimeUnit.MILLISECONDS)).containsExactlyInAnyOrderElementsOf(texts);
            for (int n = 0; n < texts.size(); n++) {
                assertThat(ListBean.lists.poll(SOON, TimeUnit.MILLISECONDS)).hasSize(1);
            }
            assertThat(received(context, answers, texts.size()))
                    .containsExactlyInAnyOrder(
                            "a at delivery 2",
                            "b at delivery 2",
                            "c at delivery 2",
                            "d at delivery 2",
                            "e at delivery 2");
        }
    }

    @Test
    void sendsOfSessionBeansAreOfTheTransactionThatTheirAttributeSays() throws Exception {
        var sent = queue("sent");
        sender.required(sent, "taken back", true);
        sender.required(sent, "required", false);
        assertThatThrownBy(() -> sender.notSupported(sent, "not supported")).isNotNull();
        transaction.begin();
        sender.required(sent, "taken back by the caller", false);
        sender.requiresNew(sent, "requires new");
        transaction.rollback();
        ownSender.send(sent, "taken back by itself", false);
        ownSender.send(sent, "own", true);

        // Only now: not every server lets a connection outlast a transaction that begins and ends meanwhile.
        try (var context = factory.createContext()) {
            assertThat(received(context, sent, 4))
                    .containsExactlyInAnyOrder("required", "not supported", "requires new", "own");
        }
    }

    private Queue queue(String name) {
        try (var context = factory.createContext()) {
            return context.createQueue(name);
        }
    }

    /** Of a bean that is asked once; its queue has its name. */
    private List<String> answers(Class<?> bean, int count) {
        try (var context = factory.createContext()) {
            var answers = context.createTemporaryQueue();
            context.createProducer().setJMSReplyTo(answers).send(context.createQueue(bean.getSimpleName()), "?");
            return received(context, answers, count);
        }
    }

    /** So many, and whatever else is there then. */
    private static List<String> received(JMSContext context, Queue queue, int count) {
        var texts = new ArrayList<String>();
        try (var consumer = context.createConsumer(queue)) {
            for (int n = 0; n < count; n++) {
                texts.add(consumer.receiveBody(String.class, SOON));
            }
            for (var more = consumer.receiveBodyNoWait(String.class);
                    more != null;
                    more = consumer.receiveBodyNoWait(String.class)) {
                texts.add(more);
            }
        }
        return texts;
    }
}
